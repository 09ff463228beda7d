import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError } from '../runtime/config.ts';
import type { FieldSecrets } from './field-cipher.ts';
import { keptSecret } from './kept-secret.ts';
import type { SecretList } from './key-settings.ts';
import { type KeySource, loadBlindIndexKeys } from './keys.ts';
import type { FieldKey, FieldKeys } from './sealed-text.ts';

const form = 'a list of ID:BASE64 with commas between them and 32 bytes in each, as `npm run keys` prints it';
const keyForm = /^([\w-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/;

export const FIELD_KEYS = z
  .string()
  .transform((text, context): FieldKeys => {
    const keys = parseFieldKeys(text);
    if (keys) return keys;
    context.addIssue(`${form}, is required; each id may occur once`);
    return z.NEVER;
  })
  .optional()
  .meta({
    description:
      'Keys with which access, fleet, shipments and risk encrypt secrets and personal data in the database. The first one encrypts, all decrypt. To rotate, put a new key behind the old one in every process, and in front once all of them know it (docs/runbooks/rotate-keys.md).',
    form: '`ID:BASE64,ID:BASE64`, 32 bytes each',
    otherwise: 'required in production; elsewhere a key that is made once under DATA_DIR',
  });

/** Makes a new key in the form of the setting. */
export function newFieldKey(): string {
  return `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;
}

/** Loads the keys from the setting, or the key of this installation. */
export async function loadFieldKeys({ given, dataDir }: KeySource<FieldKeys>): Promise<FieldKeys> {
  const keys = given ?? parseFieldKeys(await keptSecret(dataDir, 'field-keys', newFieldKey));
  if (keys) return keys;
  throw new ConfigurationError(`DATA_DIR: ${dataDir}/field-keys does not contain ${form}. Restore the file.`);
}

/** The secrets of sealed columns as given by settings; undefined = those of this installation. */
export interface GivenFieldSecrets {
  readonly fieldKeys: FieldKeys | undefined;
  readonly blindIndexKeys: SecretList | undefined;
}

export async function loadFieldSecrets(given: GivenFieldSecrets, dataDir: string): Promise<FieldSecrets> {
  return {
    fieldKeys: await loadFieldKeys({ given: given.fieldKeys, dataDir }),
    blindIndexKeys: await loadBlindIndexKeys({ given: given.blindIndexKeys, dataDir }),
  };
}

function parseFieldKeys(text: string): FieldKeys | undefined {
  const keys = text.split(',').flatMap((entry): FieldKey[] => {
    const [, id, encoded] = keyForm.exec(entry.trim()) ?? [];
    return id && encoded ? [{ id, secret: Buffer.from(encoded, 'base64') }] : [];
  });
  const [first, ...others] = keys;
  const isWhole = keys.length === text.split(',').length && new Set(keys.map(({ id }) => id)).size === keys.length;
  return first && isWhole ? [first, ...others] : undefined;
}
