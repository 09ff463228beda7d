import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FIELD_KEYS } from '#shared/identity/field-keys.ts';
import {
  ACCESS_PUBLIC_KEYS,
  ACCESS_SIGNING_KEY,
  API_KEY_SECRET,
  BLIND_INDEX_KEY,
} from '#shared/identity/key-settings.ts';
import { newComposeSecrets } from '../keys/compose-secrets.ts';
import { rotatedSecrets, rotationOf } from '../keys/next-values.ts';
import { printedRotation } from '../keys/print-rotation.ts';

const valuesOf = async (name: string, settings: Readonly<Record<string, string>>) =>
  (await rotationOf(name, settings)).map(({ values }) => values);

test.each([
  ['API_KEY_SECRET', API_KEY_SECRET],
  ['FIELD_KEYS', FIELD_KEYS],
])('%s rotates in three steps: known by all, used by all, alone', async (name, setting) => {
  const settings = await newComposeSecrets();
  const current = settings[name] ?? '';
  const steps = (await valuesOf(name, settings)).map((values) => values[name] ?? '');
  const made = steps[2] ?? '';
  expect(steps).toEqual([`${current},${made}`, `${made},${current}`, made]);
  for (const step of steps) expect(setting.safeParse(step).success).toBe(true);
  expect(made).not.toBe(current);
});

test('The secret of an earlier release, which has no id, rotates, too', async () => {
  const old = 'a'.repeat(64);
  const [first] = await valuesOf('API_KEY_SECRET', { API_KEY_SECRET: old });
  expect(API_KEY_SECRET.parse(first?.['API_KEY_SECRET'])?.[0]).toBe(old);
});

test('BLIND_INDEX_KEY rotates in front of the old key, which stays; a new id sorts behind the others', async () => {
  const settings = await newComposeSecrets();
  const current = '20251129120000:'.padEnd(64, 'a');
  const [known, used, renewed] = await valuesOf('BLIND_INDEX_KEY', { ...settings, BLIND_INDEX_KEY: current });
  const [, made = ''] = known?.['BLIND_INDEX_KEY']?.split(',') ?? [];
  expect(used).toEqual({ BLIND_INDEX_KEY: `${made},${current}` });
  expect(renewed).toEqual({});
  expect(BLIND_INDEX_KEY.parse(used?.['BLIND_INDEX_KEY'])).toEqual([made, current]);
  await expect(rotationOf('BLIND_INDEX_KEY', { BLIND_INDEX_KEY: 'zz:'.padEnd(64, 'a') })).rejects.toThrow(
    'BLIND_INDEX_KEY needs ids that sort before that of a new key',
  );
});

test('A signing key rotates in three steps: verifiers know both, the new one signs, verifiers forget the old one', async () => {
  const settings = await newComposeSecrets();
  const [known, used, alone] = await valuesOf('ACCESS_SIGNING_KEY', settings);
  const old = ACCESS_PUBLIC_KEYS.parse(settings['ACCESS_PUBLIC_KEYS']);
  const made = ACCESS_PUBLIC_KEYS.parse(alone?.['ACCESS_PUBLIC_KEYS']);
  expect(ACCESS_PUBLIC_KEYS.parse(known?.['ACCESS_PUBLIC_KEYS'])).toEqual([...(old ?? []), ...(made ?? [])]);
  expect(ACCESS_SIGNING_KEY.parse(used?.['ACCESS_SIGNING_KEY'])?.publicJwk).toEqual(made?.[0]);
});

test('The passwords of database roles change with their secret, in the URL of every subgraph', async () => {
  const settings = await newComposeSecrets();
  const [secret, urls] = await valuesOf('DATABASE_ROLE_SECRET', settings);
  expect(Object.keys(secret ?? {})).toEqual(['DATABASE_ROLE_SECRET']);
  for (const [name, url] of Object.entries(urls ?? {})) {
    const [before, after] = [new URL(settings[name] ?? ''), new URL(url)];
    expect([after.username, after.host, after.pathname]).toEqual([before.username, before.host, before.pathname]);
    expect(after.password).not.toBe(before.password);
  }
  expect(Object.keys(urls ?? {})).toHaveLength(7);
});

test('A rotation that has not ended, an unknown secret and a missing value are refused', async () => {
  const settings = await newComposeSecrets();
  const [known] = await valuesOf('API_KEY_SECRET', settings);
  await expect(rotationOf('API_KEY_SECRET', known ?? {})).rejects.toThrow(
    'API_KEY_SECRET has 2 keys. End the last rotation first, so that it has one.',
  );
  await expect(rotationOf('SMTP_URL', settings)).rejects.toThrow(
    `rotate needs one of ${rotatedSecrets.join(', ')}. Got "SMTP_URL".`,
  );
  await expect(rotationOf('FIELD_KEYS', {})).rejects.toThrow(
    'FIELD_KEYS is missing. Its value of today must be in the environment or in the file of --file.',
  );
});

test('The steps are printed as lines of an .env file or as values in Secrets, with their holders', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-rotation-'));
  try {
    const file = join(folder, '.env');
    writeFileSync(file, `API_KEY_SECRET='${'a'.repeat(64)}'\n`);
    const lines = (await printedRotation('API_KEY_SECRET', { file, form: 'env' })).split('\n');
    expect(lines.filter((line) => line.startsWith('# '))).toHaveLength(4);
    const values = lines.filter((line) => !line.startsWith('#'));
    expect(values).toHaveLength(3);
    for (const line of values) expect(line).toMatch(/^API_KEY_SECRET='[^']+' # gateway, access$/);
    const secrets = await printedRotation('API_KEY_SECRET', { file, form: 'kubernetes' });
    expect(secrets).toMatch(/# In the Secret of gateway, access:\nstringData:\n {2}API_KEY_SECRET: /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
