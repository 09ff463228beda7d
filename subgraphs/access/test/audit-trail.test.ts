import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { createTransact } from '#shared/database/transaction.ts';
import { gatewayItself } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { openSubgraph } from '#shared/server.ts';
import { createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { runs } from '#shared/test/random.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { migrations } from '../migrations/list.ts';
import { readHead, sealRecords } from '../store/audit-chain.ts';
import { closeRefusalCounts } from '../store/refusals.ts';
import { withClient } from '../store/statements.ts';
import { verifyAuditTrail } from '../store/verify-audit.ts';
import { type AccessUnderTest, givenAdministrator, password, startAccess } from './access.ts';

let database: TestDatabase;
let access: AccessUnderTest;
/** The administrator of the server, who can do what the role of the subgraph can't. */
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  access = await startAccess({ database });
  const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  url.pathname = `/${database.name}`;
  admin = new pg.Client({ connectionString: url.href, options: '-c TimeZone=UTC' });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await access.close();
  await database.drop();
});

const seal = () => withClient(access.services.database.fork(), sealRecords);
const verify = (range: Parameters<typeof verifyAuditTrail>[1] = {}) => verifyAuditTrail(admin, range, new Date());

/** Signs in and out again and again, with failures between. */
async function givenEntries(): Promise<void> {
  const email = `${newId()}@audit.test`;
  await givenAdministrator(access, email);
  const signIn = 'mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }';
  const anybody = { kind: 'anonymous' } as const;
  for (const given of [password, 'wrong', password])
    await access.ask(anybody, signIn, { input: { email, password: given } });
}

describe('the role of the subgraph', () => {
  let role: pg.Client;
  beforeAll(async () => {
    await givenEntries();
    await seal();
    role = new pg.Client({ connectionString: database.urlFor('access') });
    await role.connect();
  });
  afterAll(() => role.end());

  test.each([
    'update audit.entry set changes = default',
    'delete from audit.entry',
    'truncate audit.entry',
    'update audit.link set hash = default',
    'delete from audit.link',
    'update audit.response set sha256 = default',
    'delete from audit.refusal',
    'alter table audit.entry disable trigger all',
    'create trigger forge before insert on audit.entry for each row execute function audit.queue_record()',
    'drop table audit.entry cascade',
    'drop schema audit cascade',
    'create table audit.other (id int)',
    'alter table audit.entry owner to freight_access',
    'create or replace function audit.delete_expired() returns void language sql as $$ delete from audit.entry $$',
  ])('cannot %s', async (statement) => {
    await expect(role.query(statement)).rejects.toThrow(/permission denied|must be (?:the )?owner/);
  });

  test('deletes only failed sign-ins and refusals that are older than 90 days', async () => {
    const { fault } = await verify();
    expect(fault).toBeNull();
    await role.query(
      `insert into audit.entry (id, at, subgraph, action, changes, request_id) values
        (gen_random_uuid(), now() - interval '91 days', 'access', 'SIGN_IN_FAILED', '[]', 'old'),
        (gen_random_uuid(), now() - interval '91 days', 'access', 'SIGNED_OUT', '[]', 'old')`,
    );
    await seal();
    await role.query('select audit.delete_expired()');
    const { rows } = await role.query(`select action from audit.entry where request_id = 'old'`);
    expect(rows).toEqual([{ action: 'SIGNED_OUT' }]);
    expect(await verify()).toMatchObject({ fault: null });
  });
});

describe('the chain', () => {
  beforeAll(async () => {
    for (let times = 0; times < 4; times++) await givenEntries();
    await seal();
  });
  beforeEach(() => admin.query('begin'));
  afterEach(() => admin.query('rollback'));

  const tamper: Readonly<Record<string, (sequence: number, other: number) => Promise<unknown>>> = {
    'removes an entry': (sequence) =>
      admin.query(`delete from audit.entry where id::text = (select record_id from audit.link where sequence = $1)`, [
        sequence,
      ]),
    'removes an entry and its link': async (sequence) => {
      await admin.query(
        `delete from audit.entry where id::text = (select record_id from audit.link where sequence = $1)`,
        [sequence],
      );
      await admin.query('delete from audit.link where sequence = $1', [sequence]);
    },
    'removes an entry and moves the others up': async (sequence) => {
      await admin.query(
        `delete from audit.entry where id::text = (select record_id from audit.link where sequence = $1)`,
        [sequence],
      );
      await admin.query('delete from audit.link where sequence = $1', [sequence]);
      await admin.query('update audit.link set sequence = -sequence where sequence > $1', [sequence]);
      await admin.query('update audit.link set sequence = -sequence - 1 where sequence < 0');
    },
    'alters an entry': (sequence) =>
      admin.query(
        `update audit.entry set request_id = 'forged' where id::text = (select record_id from audit.link where sequence = $1)`,
        [sequence],
      ),
    'alters an entry and the hash of its record': async (sequence) => {
      await admin.query(
        `update audit.entry set actor_id = gen_random_uuid() where id::text = (select record_id from audit.link where sequence = $1)`,
        [sequence],
      );
      await admin.query(`update audit.link set record_hash = repeat('1', 64) where sequence = $1`, [sequence]);
    },
    'lets an entry expire': async (sequence) => {
      await admin.query(
        `delete from audit.entry where id::text = (select record_id from audit.link where sequence = $1)`,
        [sequence],
      );
      await admin.query(`update audit.link set expires_at = '2000-01-01' where sequence = $1`, [sequence]);
    },
    'lets an entry expire at no time': (sequence) =>
      admin.query(`update audit.link set expires_at = 'infinity' where sequence = $1`, [sequence]),
    'names a record that cannot exist': (sequence) =>
      admin.query(`update audit.link set record_id = 'not a UUID' where sequence = $1`, [sequence]),
    'writes a statement into the kind of a link': async (sequence) => {
      await admin.query('alter table audit.link drop constraint link_kind');
      await admin.query(
        `update audit.link set kind = 'entry t cross join lateral (select 1 / 0) x --' where sequence = $1`,
        [sequence],
      );
    },
    'swaps two links': async (sequence, other) => {
      await admin.query('update audit.link set sequence = -1 where sequence = $1', [sequence]);
      await admin.query('update audit.link set sequence = $1 where sequence = $2', [sequence, other]);
      await admin.query('update audit.link set sequence = $1 where sequence = -1', [other]);
    },
  };

  test.each(Object.entries(tamper))('shows at the first place when somebody %s', async (_what, change) => {
    const { rows } = await admin.query<{ sequence: string }>(
      'select sequence from audit.link join audit.entry on record_id = id::text order by sequence',
    );
    const place = fc.constantFrom(...rows.slice(0, -1).map(({ sequence }) => Number(sequence)));
    await fc.assert(
      fc.asyncProperty(place, place, async (left, right) => {
        fc.pre(left !== right);
        const [sequence, other] = [Math.min(left, right), Math.max(left, right)];
        await admin.query('savepoint tampering');
        await change(sequence, other);
        const { fault, verifiedTo } = await verify();
        await admin.query('rollback to tampering');
        expect(fault?.sequence).toBe(sequence);
        expect(verifiedTo).toBe(sequence - 1);
      }),
      { numRuns: runs(6) },
    );
  });

  test('takes no link of an unknown kind', async () => {
    await admin.query('savepoint tampering');
    await expect(
      admin.query(
        `insert into audit.link values ((select max(sequence) + 1 from audit.link), 'bogus', 'x', 'x', null, 'x', 'x')`,
      ),
    ).rejects.toThrow('link_kind');
    await admin.query('rollback to tampering');
  });

  test('says whether an entry was removed, altered or moved', async () => {
    const kindAfter = async (name: string) => {
      await admin.query('savepoint tampering');
      await tamper[name]?.(3, 5);
      const { fault } = await verify();
      await admin.query('rollback to tampering');
      return fault?.kind;
    };
    expect(await kindAfter('removes an entry')).toBe('REMOVED');
    expect(await kindAfter('removes an entry and its link')).toBe('REMOVED');
    expect(await kindAfter('removes an entry and moves the others up')).toBe('REMOVED');
    expect(await kindAfter('alters an entry')).toBe('ALTERED');
    expect(await kindAfter('swaps two links')).toBe('REORDERED');
  });

  test('shows that its end was removed if an earlier head is known, or if the entries are still there', async () => {
    const anchor = await readHead(admin);
    await admin.query('savepoint tampering');
    await admin.query('delete from audit.link where sequence = $1', [anchor.sequence]);
    expect((await verify()).fault?.kind).toBe('UNSEALED');
    await admin.query('rollback to tampering');
    await admin.query(
      'delete from audit.entry where id::text = (select record_id from audit.link where sequence = $1)',
      [anchor.sequence],
    );
    await admin.query('delete from audit.link where sequence = $1', [anchor.sequence]);
    expect((await verify()).fault).toBeNull();
    expect((await verify({ anchor })).fault).toMatchObject({ kind: 'REMOVED', sequence: anchor.sequence });
  });

  test('is verified in parts, each of which begins with the link before it', async () => {
    const { sequence } = await readHead(admin);
    expect(await verify({ from: 1, limit: 3 })).toMatchObject({ fault: null, checked: 3, verifiedTo: 3 });
    expect(await verify({ from: 4 })).toMatchObject({ fault: null, checked: sequence - 3, verifiedTo: sequence });
    await admin.query('delete from audit.link where sequence = 3');
    expect(await verify({ from: 4 })).toMatchObject({ fault: { kind: 'REMOVED', sequence: 3 }, checked: 0 });
  });
});

test('two processes that seal at once make one chain', async () => {
  await givenEntries();
  await Promise.all([seal(), seal(), seal()]);
  await seal();
  expect(await verify()).toMatchObject({ fault: null });
});

describe('an entry of another subgraph', () => {
  const requestId = newId();
  const fact = { action: 'VEHICLE_RETIRED', target: { kind: 'Vehicle', id: newId() }, at: new Date() } as const;

  async function inFleet(run: (transact: ReturnType<typeof createTransact>) => Promise<unknown>): Promise<void> {
    const fleet = await openSubgraph(sampleSubgraph('fleet', {}), {
      databaseUrl: database.urlFor('fleet'),
      live: access.live,
      log: access.services.log,
    });
    try {
      const origin = {
        actorId: newId(),
        apiKeyId: null,
        requestId,
        clientRequestId: 'mine',
        clientAddress: '192.0.2.7',
      };
      await run(createTransact(fleet.services.database.fork(), fleet.services.jobs, access.live, origin));
    } finally {
      await fleet.close();
    }
  }
  const entries = async () =>
    (
      await admin.query(
        'select action, subgraph, target_kind, client_request_id from audit.entry where request_id = $1',
        [requestId],
      )
    ).rows;

  test('is not made by a change that is rolled back', async () => {
    await inFleet((transact) =>
      transact(async ({ audit }) => {
        audit(fact);
        throw new Error('no');
      }).catch(() => {}),
    );
    await access.services.jobs.drain();
    expect(await entries()).toEqual([]);
  });

  test('arrives once, also if its subgraph stops right after the change', async () => {
    await inFleet((transact) => transact(async ({ audit }) => audit(fact)));
    expect(await entries()).toEqual([]); // nobody has delivered it
    await access.services.jobs.drain();
    await access.services.jobs.drain();
    expect(await entries()).toEqual([
      { action: 'VEHICLE_RETIRED', subgraph: 'fleet', target_kind: 'Vehicle', client_request_id: 'mine' },
    ]);
  });
});

describe('the report of a gateway', () => {
  const report =
    'mutation($input: RecordAuditReportInput!) { recordAuditReport(input: $input) { userErrors { code field } } }';
  const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 600_000).toISOString();
  const refusal = (count: number) => ({
    caller: 'network 192.0.2.0/24',
    code: 'FORBIDDEN',
    minute,
    count,
    operationName: 'Sneaky',
    requestId: newId(),
  });
  const send = (input: object) => access.ask(gatewayItself, report, { input });

  test('counts once if it is sent twice, and adds to those of other gateways', async () => {
    const first = { reportId: newId(), responses: [], refusals: [refusal(2)] };
    await send(first);
    await send(first);
    await send({ reportId: newId(), responses: [], refusals: [refusal(3)] });
    const operator = await givenAdministrator(access, `${newId()}@audit.test`);
    const query = '{ auditRefusals { nodes { caller code count minute operationName } } }';
    const expected = {
      auditRefusals: {
        nodes: [{ caller: 'network 192.0.2.0/24', code: 'FORBIDDEN', count: 5, minute, operationName: 'Sneaky' }],
      },
    };
    expect((await access.ask(operator, query)).data).toEqual(expected);
    // The minute is over, so that its count becomes a part of the trail.
    await withClient(access.services.database.fork(), closeRefusalCounts);
    await seal();
    expect((await access.ask(operator, query)).data).toEqual(expected);
    expect(
      (
        await admin.query(
          `select count from audit.refusal join audit.link on record_id = id::text and kind = 'refusal'`,
        )
      ).rows,
    ).toEqual([{ count: 5 }]);
  });

  test('is taken from gateways only', async () => {
    const operator = await givenAdministrator(access, `${newId()}@audit.test`);
    const { errors } = await access.ask(operator, report, {
      input: { reportId: newId(), responses: [], refusals: [] },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

test('entries of the release before get links, in the order of their time', async () => {
  await using old = await upgradeWith('access', migrations, {
    before: '0011-audit-trail',
    statements: `insert into audit_entry (id, at, action, changes, request_id) values
      (gen_random_uuid(), '2026-01-02', 'SIGNED_OUT', '[{"field": "f", "before": null, "after": "x"}]', 'second'),
      (gen_random_uuid(), '2026-01-01', 'SIGNED_IN', '[]', 'first')`,
  });
  await withClient(old.fork(), sealRecords);
  const rows = await old
    .fork()
    .execute(`select request_id from audit.link join audit.entry on id::text = record_id order by sequence`);
  expect(rows).toEqual([{ request_id: 'first' }, { request_id: 'second' }]);
});
