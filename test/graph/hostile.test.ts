import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { isErrorCode } from '#shared/errors/errors.ts';
import { demoApiKey } from '#shared/identity/api-keys.ts';
import { identityHeader } from '#shared/identity/identity.ts';
import { requireData } from '../../client/data.ts';
import type { RawResponse } from '../../client/graph-response.ts';
import { postText } from '../../client/post.ts';
import { Attacker, eachOf, type Outcome } from './attack.ts';
import { startTestGraph, type TestGraph } from './graph.ts';
import { faultOf, leaks } from './hostile-faults.ts';
import type { Target } from './hostile-requests.ts';
import { findTargets } from './hostile-scene.ts';
import { impossibleTimes } from './hostile-values.ts';
import { readLedger, requireSameRecords } from './ledger.ts';

/**
 * Wrong, huge and hostile input through the gateway, sent as an administrator who may do everything. Each request gets a result
 * or a refusal with a code. No record is lost, and no response shows internals.
 */
let graph: TestGraph;
let attacker: Attacker;
let targets: readonly Target[];
let before: Awaited<ReturnType<typeof readLedger>>;

beforeAll(async () => {
  graph = await startTestGraph({ snapshotMs: 100 });
  attacker = new Attacker(graph);
  targets = await findTargets(graph, attacker.versionOf);
  before = await readLedger(graph);
}, 60_000);
afterAll(() => graph.close());

/** The values in the last cursor of a page. */
function cursorIn(text: string): unknown[] | undefined {
  const cursor = /"endCursor":"([^"]+)"/.exec(text)?.[1];
  return cursor && JSON.parse(Buffer.from(cursor, 'base64url').toString());
}

describe('arguments', () => {
  test('valid ones are accepted, so that hostile ones reach the resolvers', async () => {
    const outcomes: Outcome[] = [];
    for (const target of targets) {
      outcomes.push(await attacker.send(target, { title: 'proper', variables: target.properVariables }));
    }
    expect(outcomes.flatMap(faultOf)).toEqual([]);
    const refused = outcomes.filter(({ codes }) => codes.length > 0);
    expect(refused.filter(({ codes }) => codes.some((code) => isErrorCode(code) && code !== 'CONFLICT'))).toEqual([]);
    expect(refused.length).toBeLessThan(targets.length / 5);
  }, 60_000);

  test('a scalar of each field survives a hostile value of its type', async () => {
    const faults: string[] = [];
    await eachOf(targets, 8, async (target) => {
      const [attack] = target.attacks;
      if (attack) faults.push(...faultOf(await attacker.send(target, attack)));
    });
    expect(faults).toEqual([]);
  });

  test('each list refuses its own cursor with an impossible time', async () => {
    const lists: string[] = [];
    for (const target of targets.filter(({ operation }) => operation.includes('$after:'))) {
      const first = await attacker.send(target, { title: 'first page', variables: target.properVariables });
      const found = cursorIn(first.text);
      const place = found?.findIndex((value) => /^\d{4}-\d\d-\d\dT/.test(String(value))) ?? -1;
      if (!found || place < 0) continue;
      lists.push(target.coordinate);
      for (const time of impossibleTimes) {
        const after = Buffer.from(JSON.stringify(found.with(place, time))).toString('base64url');
        const variables = () => ({ ...target.properVariables(), after });
        expect(await attacker.send(target, { title: time, variables })).toMatchObject({ codes: ['BAD_USER_INPUT'] });
      }
    }
    expect(lists.length).toBeGreaterThan(10);
  }, 60_000);
});

test('each mutation refuses an input field that it does not have, so that nobody can set what the schema does not offer', async () => {
  const mutations = targets.filter(({ coordinate }) => coordinate.startsWith('Mutation.'));
  const accepted: string[] = [];
  await eachOf(mutations, 4, async ({ coordinate, operation, properVariables }) => {
    const { input } = properVariables() as { input?: object };
    const { data, errors } = await graph.ask('admin', operation, { input: { ...input, isAdmin: true } });
    const isRefused = data === undefined && errors[0]?.extensions.code === 'BAD_USER_INPUT';
    if (!isRefused || !errors.some(({ message }) => message.includes('"isAdmin" is not defined'))) {
      accepted.push(coordinate);
    }
  });
  expect([mutations.length > 50, accepted]).toEqual([true, []]);
});

test('an access token or an API key that is sent to a subgraph directly gets 401, also as identity of the gateway', async () => {
  const token = await graph.tokenOf('admin');
  const credentials: readonly Record<string, string>[] = [
    { authorization: `Bearer ${token}` },
    { [identityHeader]: token },
    { authorization: `Bearer ${token}`, [identityHeader]: 'forged' },
    { 'x-api-key': demoApiKey(graph.apiKeySecret) },
  ];
  for (const [subgraph, url] of graph.product.urls) {
    for (const headers of credentials) {
      const { status, text } = await postText(url, '{"query":"{ __typename }"}', { headers });
      expect([subgraph, status, JSON.parse(text).errors[0].extensions.code]).toEqual([
        subgraph,
        401,
        'UNAUTHENTICATED',
      ]);
    }
  }
});

test('a value that only a subgraph can judge is named by its path', async () => {
  const query = 'query ($f: ShipmentFilter) { shipments(first: 1, filter: $f) { totalCount } }';
  const { errors } = await graph.ask('admin', query, { f: { created: { from: 'yesterday' } } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['f', 'created', 'from'] } }]);
});

/** Sends a body as it is, as an administrator. */
async function send(body: string | Buffer<ArrayBuffer>): Promise<RawResponse> {
  const authorization = `Bearer ${await graph.tokenOf('admin')}`;
  return postText(graph.url, body, { headers: { accept: 'application/graphql-response+json', authorization } });
}

describe('documents', () => {
  const nested = (levels: number) =>
    `{ shipments(first: 1) { ${'nodes { driver { deliveries(first: 1) { '.repeat(levels)} totalCount ${'} } } '.repeat(levels)} } }`;
  const times = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => text(i)).join(' ');
  const fragments = (count: number) =>
    `{ viewer { ...f0 } } ${times(count, (i) => `fragment f${i} on Account { ...f${i + 1} ...f${i + 1} }`)} fragment f${count} on Account { id }`;

  test.each([
    ['with forty levels', nested(40), 'MAX_DEPTH_LIMIT'],
    ['full of aliases', `{ viewer { ${times(200, (i) => `a${i}: name`)} } }`, 'MAX_ALIASES_LIMIT'],
    ['with fifty roots', `{ ${times(50, (i) => `r${i}: viewer { id }`)} }`, 'MAX_ALIASES_LIMIT|MAX_ROOT_FIELDS_LIMIT'],
    ['of a hundred thousand fields', `{ viewer { ${'id '.repeat(60_000)} } }`, 'TOKEN_LIMIT_EXCEEDED'],
    ['whose fragments double thirty times', fragments(30), 'MAX_DEPTH_LIMIT|BAD_REQUEST|TOKEN_LIMIT_EXCEEDED'],
    [
      'with a fragment that contains itself',
      '{ viewer { ...f } } fragment f on Account { ...f }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['with a NUL in it', '{ viewer { id\u0000 } }', 'GRAPHQL_PARSE_FAILED'],
    ['that ends too early', '{ viewer {', 'GRAPHQL_PARSE_FAILED'],
    [
      'with an integer beyond every range',
      '{ shipments(first: 99999999999999999999) { totalCount } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'with NaN as a number',
      '{ driver(id: "x") { track(toleranceMeters: NaN) { sampled } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'with the internal field _entities',
      '{ _entities(representations: []) { __typename } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['with the internal field _service', '{ _service { sdl } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s', async (_name, query, expected) => {
    const { status, text } = await send(JSON.stringify({ query }));
    const { errors, data } = JSON.parse(text) as { errors: { extensions: { code: string } }[]; data?: unknown };
    expect(status).toBe(400);
    expect(data ?? null).toBeNull();
    expect(expected.split('|')).toContain(errors[0]?.extensions.code);
    expect(text).not.toMatch(leaks);
  });

  test.each([
    ['in the document', '{"query": "{ drivers { nodes { track(toleranceMeters: 1e999) { sampled } } } }"}'],
    [
      'as a default',
      '{"query": "query($t: Float! = -1e999) { drivers { nodes { track(toleranceMeters: $t) { sampled } } } }"}',
    ],
    ['in digits', `{"query": "{ drivers { nodes { track(toleranceMeters: 1${'0'.repeat(400)}) { sampled } } } }"}`],
    [
      'in the variables',
      '{"query": "query($t: Float!) { drivers { nodes { track(toleranceMeters: $t) { sampled } } } }", "variables": {"t": 1e999}}',
    ],
  ])('an infinite number %s', async (_name, body) => {
    const { status, text } = await send(body);
    expect(status).toBe(400);
    expect(text).toMatch(/"code":"(GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)"/);
  });
});

describe('bodies', () => {
  test.each([
    [
      'malformed UTF-8',
      Buffer.concat([
        Buffer.from('{"query":"{ viewer { id } }", "x": "'),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from('"}'),
      ]),
    ],
    [
      'an overlong slash',
      Buffer.concat([Buffer.from('{"query":"{ viewer { id } } #'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    ],
    ['half a JSON text', Buffer.from('{"query": "{ viewer')],
    ['no JSON at all', Buffer.from('\u0000\u0001\u0002')],
    [
      'JSON of ten thousand levels',
      Buffer.from(`{"query":"{ viewer { id } }","variables":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    ],
    ['a number for a query', Buffer.from('{"query": 1}')],
    ['two megabytes', Buffer.from(JSON.stringify({ query: `{ viewer { id } } #${'x'.repeat(2_097_152)}` }))],
    ['nothing', Buffer.alloc(0)],
  ])('%s', async (_name, body) => {
    const { status, text } = await send(body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toMatch(/^(BAD_REQUEST|BAD_USER_INPUT|GRAPHQL_PARSE_FAILED)$/);
    expect(text).not.toMatch(leaks);
  });
});

describe('signing in', () => {
  const input = { email: 'nobody-at-all@demo.test', password: 'not the password' };
  const signIn = (query: string) => graph.ask(null, query, { input });

  test('with wrong passwords is refused after five attempts; error and header say for how long', async () => {
    const query = 'mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }';
    for (let time = 1; time <= 5; time++) {
      const { data, errors } = await signIn(query);
      expect([data, errors]).toEqual([{ signIn: { userErrors: [{ code: 'INVALID_CREDENTIALS' }] } }, []]);
    }
    const { status, data, errors, headers } = await signIn(query);
    expect({ status, data, errors }).toMatchObject({
      status: 429,
      data: { signIn: null },
      errors: [{ path: ['signIn'], extensions: { code: 'RATE_LIMITED', retryable: true } }],
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toHaveProperty('retryAfterSeconds', Number(headers.get('retry-after')));
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(800);
    expect(await graph.tokenOf('analyst')).toEqual(expect.any(String));
  });

  test('with a lost password gets the same response for known and unknown addresses', async () => {
    const query =
      'mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code message } } }';
    const ask = (email: string) => graph.ask(null, query, { input: { email } });
    const [known, unknown] = [await ask('customer@demo.test'), await ask('nobody-at-all@demo.test')];
    const shown = ({ status, data, errors, extensions }: typeof known) => ({ status, data, errors, extensions });
    expect(shown(known)).toEqual(shown(unknown));
    expect(known).toMatchObject({ status: 200, errors: [] });
  });

  test('many times in one request is refused before anything is tried', async () => {
    const response = await signIn(
      'mutation($input: SignInInput!) { a: signIn(input: $input) { accessToken } b: signIn(input: $input) { accessToken } }',
    );
    expect(response).toMatchObject({ errors: [{ extensions: { code: 'MAX_ROOT_FIELDS_LIMIT' } }] });
  });
});

describe('the access token of a former administrator', () => {
  const password = 'seven quiet lorries';
  let count = 0;

  const withToken = (token: string) => ({ authorization: `Bearer ${token}` });

  /** An administrator who has signed in. */
  async function newAdministrator() {
    const email = `former-${++count}@hostile.test`;
    const register =
      'mutation($input: RegisterAccountInput!) { registerAccount(input: $input) { account { id version } } }';
    const input = {
      idempotencyKey: `former-${process.pid}-${count}`,
      email,
      name: 'Fred Ormer',
      roles: ['ADMIN'],
      password,
    };
    const registered = await graph.ask<{ registerAccount: { account: { id: string } } }>('admin', register, { input });
    const signIn = 'mutation($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken } }';
    const session = await graph.ask<{ signIn: { accessToken: string; refreshToken: string } }>(null, signIn, {
      input: { email, password },
    });
    return { id: requireData(registered).registerAccount.account.id, ...requireData(session).signIn };
  }

  test.each([
    ['closed', 'deactivateAccount', 'DeactivateAccountInput', {}],
    ['demoted', 'changeAccountRoles', 'ChangeAccountRolesInput', { roles: ['DRIVER'] }],
  ])('changes nothing in any subgraph once the account is %s', async (_how, field, type, given) => {
    const { id, accessToken } = await newAdministrator();
    const end = `mutation($input: ${type}!) { ${field}(input: $input) { userErrors { code } } }`;
    await graph.ask('admin', end, { input: { accountId: id, expectedVersion: 1, ...given } });
    const ask = () => graph.ask(null, '{ viewer { id } }', {}, withToken(accessToken));
    while ((await ask()).status !== 401); // the gateway reads the snapshot meanwhile
    const refused: string[] = [];
    for (const { coordinate, field: name, operation, properVariables } of targets) {
      if (!coordinate.startsWith('Mutation.') || ['signIn', 'refreshSession', 'signOut'].includes(name)) continue;
      const response = await graph.ask(null, operation, properVariables(), withToken(accessToken));
      expect([name, response]).toMatchObject([
        name,
        { status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      ]);
      refused.push(name);
    }
    expect(refused.length).toBeGreaterThan(25);
  });

  test('does not keep the account from refreshing its session with its current roles', async () => {
    const { id, refreshToken } = await newAdministrator();
    const input = { accountId: id, roles: ['DISPATCHER'], expectedVersion: 1 };
    const change =
      'mutation($input: ChangeAccountRolesInput!) { changeAccountRoles(input: $input) { account { id } } }';
    await graph.ask('admin', change, { input });
    const refresh = 'mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { viewer { roles } } }';
    const { data } = await graph.ask(null, refresh, { input: { refreshToken } });
    expect(data).toEqual({ refreshSession: { viewer: { roles: ['DISPATCHER'] } } });
  });
});

describe('subscriptions', () => {
  const all = {
    leaderboardChanged: 'subscription { leaderboardChanged(period: WEEKLY) { period } }',
    shipmentUpdated: 'subscription { shipmentUpdated(id: "01997d2e-0000-7000-8000-000000000000") { reference } }',
    vehicleMoved: 'subscription { vehicleMoved(ids: ["01997d2e-0000-7000-8000-000000000000"]) { vehicle { id } } }',
  };
  const refused = [
    [null, 'leaderboardChanged', 'UNAUTHORIZED_FIELD_OR_TYPE'],
    [null, 'shipmentUpdated', 'UNAUTHORIZED_FIELD_OR_TYPE'],
    [null, 'vehicleMoved', 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ['customer', 'leaderboardChanged', 'UNAUTHORIZED_FIELD_OR_TYPE'],
    // For partners it does not exist.
    ['partner', 'leaderboardChanged', 'GRAPHQL_VALIDATION_FAILED'],
  ] as const;

  test.each(refused)('to %s, %s is refused over a websocket with the code %s', async (as, name, code) => {
    const client = createClient({
      url: graph.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      ...(as && { connectionParams: { authorization: `Bearer ${await graph.tokenOf(as)}` } }),
    });
    try {
      const first = client.iterate({ query: all[name] }).next();
      await expect(first).rejects.toMatchObject([{ extensions: { code, retryable: false } }]);
    } finally {
      await client.dispose();
    }
  });

  test.each(refused)('to %s, %s is refused over an event stream with the code %s', async (as, name, code) => {
    const authorized = as && { authorization: `Bearer ${await graph.tokenOf(as)}` };
    const headers = { accept: 'text/event-stream', ...authorized };
    const { text } = await postText(graph.url, JSON.stringify({ query: all[name] }), { headers });
    expect(text).toContain(code);
    expect(text).not.toContain('INTERNAL_SERVER_ERROR');
  });
});

describe('afterwards', () => {
  test('every event was handled, and no record is lost or changed its identity', async () => {
    await graph.settle();
    requireSameRecords(before, await readLedger(graph));
  }, 60_000);
});
