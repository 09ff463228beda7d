import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { requireKeys } from '#shared/database/key-check.ts';
import { createFieldCipher } from '#shared/identity/field-cipher.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import type { SecretList } from '#shared/identity/key-settings.ts';
import { newId } from '#shared/ids.ts';
import { createTestDatabase, fieldSecrets, type TestDatabase } from '#shared/test/harness.ts';
import { findByEmail } from '../../subgraphs/access/store/accounts.ts';
import { accessTables } from '../../subgraphs/access/subgraph.ts';
import {
  type AccessUnderTest,
  givenAccount,
  givenAdministrator,
  startAccess,
  type UserError,
} from '../../subgraphs/access/test/access.ts';
import { rotateFields } from '../keys/rotate-fields.ts';

const [oldKey] = fieldSecrets.blindIndexKeys;
const newKey = '20261129120000:new blind index key of these tests';
const withKeys = (...blindIndexKeys: SecretList) => createFieldCipher({ ...fieldSecrets, blindIndexKeys });

/** Two processes while the key rotates: both know both keys, and one writes with the new one already. */
let database: TestDatabase;
let before: AccessUnderTest;
let after: AccessUnderTest;
let admin: AccountIdentity;
beforeAll(async () => {
  database = await createTestDatabase();
  before = await startAccess({ database, cipher: withKeys(oldKey, newKey) });
  after = await startAccess({ database, cipher: withKeys(newKey, oldKey) });
  admin = await givenAdministrator(before, 'admin@index.test');
});
afterAll(async () => {
  await before.close();
  await after.close();
  await database.drop();
});

/** @returns the codes of the refusals */
async function register(process: AccessUnderTest, email: string): Promise<readonly string[]> {
  const input = {
    idempotencyKey: newId(),
    email,
    name: 'Somebody',
    roles: ['ANALYST'],
    password: 'correct horse battery',
  };
  const { data, errors } = await process.ask<{ registerAccount: { userErrors: readonly UserError[] } }>(
    admin,
    'mutation($input: RegisterAccountInput!) { registerAccount(input: $input) { userErrors { code field message } } }',
    { input },
  );
  expect(errors).toEqual([]);
  return data!.registerAccount.userErrors.map(({ code }) => code);
}

const find = ({ services }: AccessUnderTest, email: string) => findByEmail(services.database.fork(), email);
const keysOf = async () => {
  const rows = await before.services.database
    .fork()
    .execute<
      { key: string }[]
    >(`select distinct split_part(email_key, '.', 1) as key from account where email_key like '%.%'
      union select '' from account where email_key not like '%.%' order by 1`);
  return rows.map(({ key }) => key);
};

test('accounts of both keys are found by both processes, and an address is taken in both', async () => {
  const accountId = await givenAccount(before, { email: 'old@index.test', roles: ['ANALYST'] });
  expect(await find(after, 'Old@Index.test')).toMatchObject({ id: accountId });
  expect(await register(after, 'old@index.test')).toEqual(['EMAIL_TAKEN']);
  expect(await register(after, 'new@index.test')).toEqual([]);
  expect(await find(before, 'new@index.test')).toMatchObject({ email: 'new@index.test' });
  expect(await register(before, 'new@index.test')).toEqual(['EMAIL_TAKEN']);
  expect(await keysOf()).toEqual(['', '20261129120000']);
});

test('of registrations of one address at the same time, in both processes, one succeeds', async () => {
  for (const number of [1, 2, 3]) {
    const email = `race-${number}@index.test`;
    const outcomes = await Promise.all([before, after, before, after].map((process) => register(process, email)));
    expect(outcomes.flat()).toEqual(['EMAIL_TAKEN', 'EMAIL_TAKEN', 'EMAIL_TAKEN']);
  }
});

test('rotate-fields renews every index; afterwards the old key is still needed, and a start without the new one is refused', async () => {
  const lines: string[] = [];
  await rotateFields(after.services.database, accessTables, (line) => lines.push(line));
  expect(lines).toContainEqual(expect.stringMatching(/^access\.account\.email_key: [1-9]\d* re-indexed$/));
  expect(await keysOf()).toEqual(['20261129120000']);
  for (const email of ['old@index.test', 'new@index.test', 'race-1@index.test']) {
    expect(await find(before, email)).toMatchObject({ email });
    expect(await find(after, email)).toMatchObject({ email });
  }
  const start = (...keys: SecretList) =>
    requireKeys({ fork: () => after.services.database.fork(), cipher: withKeys(...keys) }, 'access');
  await start(newKey, oldKey);
  await expect(start(oldKey)).rejects.toThrow(/^BLIND_INDEX_KEY: /);
  await expect(start(newKey)).rejects.toThrow(/^BLIND_INDEX_KEY: /);
});
