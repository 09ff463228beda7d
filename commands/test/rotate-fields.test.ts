import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { requireKeys } from '#shared/database/key-check.ts';
import { createFieldCipher, type FieldSecrets } from '#shared/identity/field-cipher.ts';
import { createTextSealer, type FieldKey, type FieldKeys } from '#shared/identity/sealed-text.ts';
import { newId } from '#shared/ids.ts';
import { createLog } from '#shared/runtime/log.ts';
import { createTestDatabase, fieldSecrets, type TestDatabase } from '#shared/test/harness.ts';
import { findByEmail } from '../../subgraphs/access/store/accounts.ts';
import { claimCall, finishCall } from '../../subgraphs/access/store/idempotent-calls.ts';
import { createMails, placeOfMail } from '../../subgraphs/access/store/mails.ts';
import { enrol, placeOf } from '../../subgraphs/access/store/second-factors.ts';
import { accessTables } from '../../subgraphs/access/subgraph.ts';
import { type AccessUnderTest, givenAccount, startAccess } from '../../subgraphs/access/test/access.ts';
import { adviceOn, rotateFields } from '../keys/rotate-fields.ts';

const [oldKey] = fieldSecrets.fieldKeys;
const newKey: FieldKey = { id: 'newer', secret: Buffer.alloc(32, 'newer key') };
const email = 'rotated@keys.test';
let database: TestDatabase;
let access: AccessUnderTest;
let accountId: string;
let totpSecret: string | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
  access = await startAccess({ database });
  accountId = await givenAccount(access, { email, roles: ['ANALYST'] });
  const em = access.services.database.fork();
  const sealer = createTextSealer([oldKey]);
  totpSecret = await enrol(em, accountId, sealer, new Date());
  await createMails(sealer, { forget: async () => {} }).queue(
    em,
    { to: email, subject: 'Hello', text: 'Hello' },
    { now: new Date() },
  );
  const call = await claimed(access.services.database);
  await finishCall(em, { id: 'id' in call ? call.id : '', holder }, response);
});
afterAll(async () => {
  await access.close();
  await database.drop();
});

const holder = newId();
const response = { status: 200, body: '{"data":{"registerAccount":{"account":{"email":"rotated@keys.test"}}}}' };
/** Claims the same call each time. */
const claimed = ({ fork }: Pick<Database, 'fork'>) =>
  claimCall(
    fork(),
    { caller: accountId, keyHash: 'hash', fingerprint: 'print', holder, leaseMs: 60_000, begun: true },
    10,
  );

async function withSecrets<T>(given: Partial<FieldSecrets>, run: (opened: Database) => Promise<T>): Promise<T> {
  const opened = await openDatabase({
    ...accessTables,
    url: database.urlFor('access'),
    schema: 'access',
    log: createLog('access', 'silent'),
    cipher: createFieldCipher({ ...fieldSecrets, ...given }),
    statementTimeoutMs: 60_000,
  });
  try {
    return await run(opened);
  } finally {
    await opened.close();
  }
}

const withKeys = <T>(fieldKeys: FieldKeys, run: (opened: Database) => Promise<T>) => withSecrets({ fieldKeys }, run);
const startWith = (given: Partial<FieldSecrets>) => withSecrets(given, (opened) => requireKeys(opened, 'access'));

/** Every column of the subgraph with a text that the old key has sealed. */
async function columnsOfOldKey(): Promise<string[]> {
  const em = access.services.database.fork();
  const columns = await em.execute<{ table: string; column: string }[]>(
    `select table_name as "table", column_name as "column" from information_schema.columns
      where table_schema = 'access' and data_type in ('text', 'json', 'jsonb')`,
  );
  const found: string[] = [];
  for (const { table, column } of columns) {
    const rows = await em.execute<object[]>(`select 1 from "${table}" where "${column}"::text like '1.${oldKey.id}.%'`);
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found.toSorted();
}

const stored = async (sql: string) => {
  const [row] = await access.services.database.fork().execute<{ id: string; sealed: string }[]>(sql);
  return row ?? { id: newId(), sealed: '' };
};

test('keys that are not those of the database end a start, with a message that names the setting', async () => {
  await expect(startWith({ blindIndexKeys: ['another key'] })).rejects.toThrow(
    /^BLIND_INDEX_KEY: the database of access was written with another key\. /,
  );
  await expect(startWith({ fieldKeys: [newKey] })).rejects.toThrow(
    /^FIELD_KEYS: the key "test", with which texts of access are sealed, is missing\. The setting has "newer"\. /,
  );
  await expect(startWith({ fieldKeys: [{ ...newKey, id: 'test' }] })).rejects.toThrow(
    /is missing\. The setting has "test" with another secret\. /,
  );
  await startWith({ fieldKeys: [newKey, oldKey] });
});

test('an interrupted rotation leaves rows of both keys, and a start still needs the old one', async () => {
  await withKeys([newKey, oldKey], async (opened) => {
    const interrupted = (line: string) => {
      if (line.startsWith('access.second_factor')) throw new Error('interrupted');
    };
    await expect(rotateFields(opened, accessTables, interrupted)).rejects.toThrow('interrupted');
  });
  expect(await columnsOfOldKey()).toEqual(['idempotent_call.body', 'key_check.sealed', 'outgoing_mail.sealed']);
  await expect(startWith({ fieldKeys: [newKey] })).rejects.toThrow('FIELD_KEYS: the key "test"');
});

test('the next one goes on, and says which keys are in use', async () => {
  const lines: string[] = [];
  const use = await withKeys([newKey, oldKey], (opened) =>
    rotateFields(opened, accessTables, (line) => lines.push(line)),
  );
  expect(lines).toEqual([
    'access.account.email: 0 re-sealed',
    'access.second_factor.secret: 0 re-sealed',
    'access.outgoing_mail.sealed: 1 re-sealed',
    'access.idempotent_call.body: 1 re-sealed',
  ]);
  expect(adviceOn(use, ['newer', 'test'], true)).toEqual([
    'Keys in use: "newer" (4 texts).',
    'No text needs "test": remove it from FIELD_KEYS.',
  ]);
  expect(await columnsOfOldKey()).toEqual([]);
});

test('afterwards everything opens without the old key', async () => {
  await startWith({ fieldKeys: [newKey] });
  await withKeys([newKey], async (opened) => {
    expect(await findByEmail(opened.fork(), email)).toMatchObject({ id: accountId, email });
    expect(await claimed(opened)).toMatchObject({ state: 'FINISHED', ...response });
  });
  const sealer = createTextSealer([newKey]);
  const factor = await stored('select account_id as id, secret as sealed from second_factor');
  expect(sealer.open(factor.sealed, placeOf(factor.id))).toBe(totpSecret);
  const mail = await stored('select id, sealed from outgoing_mail');
  expect(JSON.parse(sealer.open(mail.sealed, placeOfMail(mail.id)))).toMatchObject({ to: email });
});

test('an operator is told of a process that still seals with the old key', () => {
  expect(
    adviceOn(
      new Map([
        ['newer', 3],
        ['test', 1],
      ]),
      ['newer', 'test'],
      false,
    ),
  ).toEqual([
    'Keys in use: "newer" (3 texts), "test" (1 texts).',
    'A process still seals with "test": restart every subgraph with "newer" in front, then repeat this.',
    'Repeat this for the other subgraphs before you remove a key.',
  ]);
});
