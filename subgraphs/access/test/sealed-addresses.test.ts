import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sealRows } from '#shared/database/seal-rows.ts';
import { blindIndexOf } from '#shared/database/sealed-column.ts';
import { type AccountIdentity, anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { cipher } from '#shared/test/harness.ts';
import { AccountEntity, accountEmail, entities } from '../entities.ts';
import { type AccessUnderTest, givenAdministrator, startAccess } from './access.ts';

let access: AccessUnderTest;
let admin: AccountIdentity;
beforeAll(async () => {
  access = await startAccess();
  admin = await givenAdministrator(access, 'admin@sealed.test');
  await rows(`insert into account (id, email, name, name_key, roles, created_at)
    values ('${newId()}', 'old@sealed.test', 'Old Account', 'old account', '{ANALYST}', now())`);
});
afterAll(() => access.close());

function rows(sql: string): Promise<object[]> {
  return access.services.database.fork().execute<object[]>(sql);
}

async function found(search: string): Promise<unknown> {
  const query = 'query($search: String) { accounts(filter: { search: $search }) { nodes { email } } }';
  return (await access.ask(admin, query, { search })).data?.['accounts'];
}

async function register(email: string): Promise<unknown> {
  const mutation = 'mutation($input: RegisterAccountInput!) { registerAccount(input: $input) { userErrors { code } } }';
  const input = { idempotencyKey: newId(), email, name: 'Somebody', roles: ['ANALYST'] };
  return (await access.ask(admin, mutation, { input })).data?.['registerAccount'];
}

test('a start encrypts the addresses of accounts of an earlier release', async () => {
  expect(await sealRows(access.services.database, entities, 'plain')).toBe(1);
  expect(await found('Old@Sealed.test')).toEqual({ nodes: [{ email: 'old@sealed.test' }] });
});

test('accounts are found by their whole address, not by a part of it', async () => {
  expect(await found('admin@sealed.test')).toEqual({ nodes: [{ email: 'admin@sealed.test' }] });
  expect(await found('ld@sealed.test')).toEqual({ nodes: [] });
});

test('an address is unique in any case, and neither tables nor audit trail nor events have it in plain text', async () => {
  expect(await register('New@Sealed.test')).toEqual({ userErrors: [] });
  expect(await register('new@sealed.TEST')).toEqual({ userErrors: [{ code: 'EMAIL_TAKEN' }] });
  expect(await register('old@sealed.test')).toEqual({ userErrors: [{ code: 'EMAIL_TAKEN' }] });
  const accounts = await rows('select email, email_key from account');
  expect(JSON.stringify([accounts, await rows('select * from audit.entry')])).not.toContain('@sealed');
});

test('a condition with a plain address is refused, because it would find nothing', async () => {
  const em = access.services.database.fork();
  const told = 'access.account.email is sealed: compare its blind index instead';
  await expect(em.count(AccountEntity, { email: 'admin@sealed.test' })).rejects.toThrow(told);
  await expect(em.find(AccountEntity, { email: ['admin@sealed.test'] })).rejects.toThrow(told);
  const emailKey = blindIndexOf(em, accountEmail, 'admin@sealed.test');
  expect(await em.count(AccountEntity, { emailKey, email: { $ne: null } })).toBe(1);
});

test('counted sign-ins show neither the network nor a hash that can be guessed', async () => {
  const input = { email: 'admin@sealed.test', password: 'wrong password' };
  await access.ask(
    anonymous,
    'mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }',
    { input },
    { 'x-client-address': '198.51.100.7' },
  );
  const keyed = (key: string) => cipher.indexOf(key, 'password try');
  expect(await rows('select key from password_try order by key')).toEqual([
    { key: `account:${keyed('["admin@sealed.test","198.51.100.7"]')}` },
    { key: `network:${keyed('198.51.100.7')}` },
  ]);
});
