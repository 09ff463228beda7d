import { resolve } from 'node:path';
import { z } from 'zod';
import { createFieldCipher, type FieldCipher } from '#shared/identity/field-cipher.ts';
import { FIELD_KEYS, loadFieldSecrets } from '#shared/identity/field-keys.ts';
import { BLIND_INDEX_KEY } from '#shared/identity/key-settings.ts';
import { parseEnvironment } from '#shared/runtime/config.ts';
import { fieldSecretNames, requireSecrets } from '#shared/settings/process-secrets.ts';
import { DATA_DIR } from '#shared/settings/settings.ts';

/** Settings of commands that read or write encrypted columns. */
export const cipherSettings = { FIELD_KEYS, BLIND_INDEX_KEY, DATA_DIR };

/** @throws ConfigurationError, in production also if a key is missing, because a new one would open nothing */
export async function readCipher(environment: NodeJS.ProcessEnv = process.env): Promise<FieldCipher> {
  requireSecrets(environment, { required: fieldSecretNames, refused: [] });
  const parsed = parseEnvironment(z.object(cipherSettings), environment);
  const given = { fieldKeys: parsed.FIELD_KEYS, blindIndexKeys: parsed.BLIND_INDEX_KEY };
  return createFieldCipher(await loadFieldSecrets(given, resolve(parsed.DATA_DIR)));
}
