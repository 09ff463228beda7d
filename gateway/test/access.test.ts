import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { type AccountIdentity, type Identity, identityHeader, scopesOf } from '#shared/identity/identity.ts';
import { loadKeyring } from '#shared/identity/keys.ts';
import {
  accessTokens,
  createSigner,
  createVerifier,
  identityTokens,
  newKeyPair,
  type TokenKind,
} from '#shared/identity/tokens.ts';
import { createSkewMeter } from '../access/clock-skew.ts';
import { createFreightAccess } from '../access/freight-access.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const dispatcher: AccountIdentity = {
  kind: 'account',
  accountId: '0190a6e0-0000-7000-8000-000000000001',
  credential: { kind: 'session', needsCode: false },
  organizationId: null,
  driverId: null,
  roles: ['DISPATCHER'],
  scopes: scopesOf(['DISPATCHER']),
  tier: 'ENTERPRISE',
};

/** No API keys, and nothing revoked. */
const withoutKeys = {
  confirm: (identity: AccountIdentity) => identity,
  identifyKey: async () => {
    throw new Error('no API key is sent');
  },
};

describe('in front of the freight graph', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ access: { kind: 'freight', dataDir } });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** The identity in the last request to the subgraph `people`, as this subgraph reads it. */
  async function identitySeen(reader = 'people') {
    const token = gateway.graph.people.seen.at(-1)?.[identityHeader];
    const { identity } = await loadKeyring(dataDir);
    return createVerifier([identity.publicJwk], identityTokens(reader)).verify(String(token));
  }

  test('without a token the caller is anonymous, and subgraphs get a signed token that says so', async () => {
    expect((await gateway.ask('{ people { name } }')).status).toBe(200);
    expect(await identitySeen()).toEqual({ kind: 'anonymous' });
  });

  test('with a token, subgraphs see the account but never the token itself', async () => {
    const token = await gateway.tokenFor(dispatcher);
    await gateway.ask('{ people { name } }', {}, { authorization: `Bearer ${token}` });
    expect(await identitySeen()).toEqual(dispatcher);
    expect(gateway.graph.people.seen.at(-1)).not.toHaveProperty('authorization');
  });

  test('a client cannot send an identity header of its own to subgraphs', async () => {
    const forged = createSigner((await newKeyPair()).privateJwk).sign(dispatcher, identityTokens('people'), 60);
    await gateway.ask('{ people { name } }', {}, { [identityHeader]: forged });
    expect(await identitySeen()).toEqual({ kind: 'anonymous' });
  });

  test('the identity token of one subgraph is refused by every other', async () => {
    const authorization = `Bearer ${await gateway.tokenFor(dispatcher)}`;
    await gateway.ask('{ people { name } }', {}, { authorization });
    expect(await identitySeen('people')).toEqual(dispatcher);
    expect(await identitySeen('places')).toBeUndefined();
  });

  const signedBy = async (key: 'access' | 'identity', kind: TokenKind, seconds = 60) =>
    createSigner((await loadKeyring(dataDir))[key].privateJwk).sign(dispatcher, kind, seconds);
  const foreign = async () => createSigner((await newKeyPair()).privateJwk).sign(dispatcher, accessTokens, 60);

  test.each([
    ['expired', async () => `Bearer ${await gateway.tokenFor(dispatcher, -1)}`],
    ['signed by an unknown key', async () => `Bearer ${await foreign()}`],
    ['meant for a subgraph', async () => `Bearer ${await signedBy('identity', identityTokens('people'))}`],
    ['signed for another audience', async () => `Bearer ${await signedBy('access', identityTokens('people'))}`],
    [
      'issued by another issuer',
      async () => `Bearer ${await signedBy('access', { ...accessTokens, issuer: 'somebody-else' })}`,
    ],
    ['valid for longer than allowed', async () => `Bearer ${await signedBy('access', accessTokens, 901)}`],
    ['truncated', async () => `Bearer ${(await gateway.tokenFor(dispatcher)).slice(0, -4)}`],
    ['no token at all', async () => 'Bearer nonsense'],
    ['from another scheme', async () => 'Basic YWRtaW46YWRtaW4='],
  ])('a token that is %s gets 401 and reaches no subgraph', async (_what, authorization) => {
    const asked = gateway.graph.people.seen.length;
    const response = await gateway.ask('{ people { name } }', {}, { authorization: await authorization() });
    expect([response.status, response.errors[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(response.errors[0]?.extensions.requestId).toBe(response.headers.get('x-request-id'));
    expect(gateway.graph.people.seen.length).toBe(asked);
  });
});

test('a token signed by an unknown key is logged with the setting that is wrong', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  const lines: { code?: string; msg: string }[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  try {
    await using gateway = await startTestGateway({ access: { kind: 'freight', dataDir } }, undefined, log);
    const { privateJwk } = await newKeyPair();
    const token = createSigner(privateJwk).sign(dispatcher, accessTokens, 60);
    const response = await gateway.ask('{ people { name } }', {}, { authorization: `Bearer ${token}` });
    expect(response.status).toBe(401);
    expect(lines).toMatchObject([
      {
        code: 'FOREIGN_KEY',
        msg: `ACCESS_PUBLIC_KEYS: add the public half of ACCESS_SIGNING_KEY. A token of the access subgraph names the key "${privateJwk.kid}", which is missing.`,
      },
    ]);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('a token from the future is logged as clock skew, and the client may try again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  try {
    await using gateway = await startTestGateway({ access: { kind: 'freight', dataDir } });
    const tokenFrom = async (seconds: number) => {
      const { access } = await loadKeyring(dataDir);
      const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + seconds * 1_000);
      const token = createSigner(access.privateJwk).sign(dispatcher, accessTokens, 60);
      clock.mockRestore();
      return { authorization: `Bearer ${token}` };
    };
    const response = await gateway.ask('{ people { name } }', {}, await tokenFrom(900));
    expect([response.status, response.errors[0]?.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect((await gateway.ask('{ people { name } }', {}, await tokenFrom(240))).status).toBe(200);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

describe('guarded fields', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  test('are null for callers who may not see them and are never fetched; other fields have data', async () => {
    await using gateway = await startTestGateway({ access: { kind: 'freight', dataDir } });
    const { data, errors } = await gateway.ask('{ secret people { name } }');
    expect(data).toEqual({ secret: null, people: [{ name: 'Ada' }, { name: 'Grace' }] });
    expect(errors).toMatchObject([
      {
        message:
          'Unauthorized field or type. Requires a signed-in account. Sign in (mutation signIn) as an account that may see it, or send an API key that may.',
        path: ['secret'],
        extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
      },
    ]);
    const asked = gateway.graph.people.seen.length;
    expect((await gateway.ask('{ secret }')).data).toEqual({ secret: null });
    expect(gateway.graph.people.seen.length).toBe(asked);
  });

  test('have data for callers who may see them', async () => {
    await using gateway = await startTestGateway({ access: { kind: 'freight', dataDir } });
    const authorization = `Bearer ${await gateway.tokenFor(dispatcher)}`;
    const { data, errors } = await gateway.ask('{ secret }', {}, { authorization });
    expect([data, errors]).toEqual([{ secret: 'the safe is behind the picture' }, []]);
  });
});

describe('a token that has expired by the clock of the gateway', () => {
  const identifyWith = (clockAhead: number | undefined, reported: number[]) =>
    createFreightAccess({
      verifier: {
        known: () => undefined,
        verify: async () => undefined,
        skewSeconds: async () => undefined,
        hasExpired: async () => true,
        foreignKeyId: () => undefined,
      },
      signer: { sign: () => '' },
      forwardHeaders: [],
      measureSkew: async () => clockAhead,
      onClockSkew: (seconds) => reported.push(seconds),
      onForeignKey: () => {},
      ...withoutKeys,
    }).identify({ authorization: 'Bearer expired' }, '127.0.0.1');

  test('is refused as unavailable and logged if that clock is far ahead', async () => {
    const reported: number[] = [];
    await expect(identifyWith(-1_000, reported)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(reported).toEqual([-1_000]);
  });

  test.each([undefined, 0, -300, 1_000])('is UNAUTHENTICATED if the issuer is %s s ahead', async (clockAhead) => {
    const reported: number[] = [];
    await expect(identifyWith(clockAhead, reported)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(reported).toEqual([]);
  });

  test('the difference of the clocks is measured at most once in five seconds', async () => {
    let now = 0;
    const probe = jest.fn(async () => ({ clockAheadMs: -1_000_400 }));
    const measure = createSkewMeter(probe, () => now);
    expect([await measure(), await measure()]).toEqual([-1_000, -1_000]);
    now = 5_001;
    await measure();
    expect(probe).toHaveBeenCalledTimes(2);
  });
});

describe('identity tokens for subgraphs', () => {
  function access(now: () => number) {
    let signed = 0;
    const signer = { sign: (_identity: Identity, { audience }: TokenKind) => `${audience} ${++signed}` };
    const verifier = {
      known: () => undefined,
      verify: async (token: string): Promise<Identity | undefined> => {
        const id = /^session_(\d)$/.exec(token)?.[1];
        if (id !== undefined) return { ...dispatcher, credential: { kind: 'session', id, needsCode: false } };
        return token === 'good' ? dispatcher : undefined;
      },
      skewSeconds: async () => undefined,
      foreignKeyId: () => undefined,
      hasExpired: async () => false,
    };
    return createFreightAccess({
      verifier,
      signer,
      forwardHeaders: ['accept-language'],
      measureSkew: async () => undefined,
      onClockSkew: () => {},
      onForeignKey: () => {},
      ...withoutKeys,
      now,
    });
  }

  test('are signed for each subgraph at its first fetch, reused for many requests, and renewed before they expire', async () => {
    let time = 0;
    const { identify } = access(() => time);
    const tokenAt = async (at: number, subgraph: string) => {
      time = at;
      const caller = await identify({ authorization: 'Bearer good' }, '127.0.0.1');
      return caller.headersFor?.(subgraph)[identityHeader];
    };
    expect([
      await tokenAt(0, 'fleet'),
      await tokenAt(15_000, 'risk'),
      await tokenAt(29_000, 'fleet'),
      await tokenAt(31_000, 'fleet'),
      await tokenAt(31_000, 'risk'),
    ]).toEqual([
      'freight-subgraph:fleet 1',
      'freight-subgraph:risk 2',
      'freight-subgraph:fleet 1',
      'freight-subgraph:fleet 3',
      'freight-subgraph:risk 2',
    ]);
  });

  test('callers share work only if subgraphs see no difference between them', async () => {
    const { identify } = access(() => 0);
    const keyOf = async (headers: Record<string, string>) => (await identify(headers, '127.0.0.1')).key;
    const key = await keyOf({ authorization: 'Bearer good' });
    expect(await keyOf({ authorization: 'Bearer good', 'user-agent': 'x' })).toBe(key);
    expect(await keyOf({})).not.toBe(key);
    // Each session of an account is the current one to itself.
    expect(await keyOf({ authorization: 'Bearer session_1' })).not.toBe(
      await keyOf({ authorization: 'Bearer session_2' }),
    );
    expect(await keyOf({ authorization: 'Bearer good', 'accept-language': 'de' })).not.toBe(key);
  });
});

test('in front of any supergraph only the named headers are forwarded', async () => {
  await using gateway = await startTestGateway({ forwardHeaders: ['authorization', 'x-tenant'] });
  await gateway.ask('{ people { name } }', {}, { authorization: 'anything', 'x-tenant': 'acme', cookie: 'a=b' });
  expect(gateway.graph.people.seen.at(-1)).toMatchObject({ authorization: 'anything', 'x-tenant': 'acme' });
  expect(gateway.graph.people.seen.at(-1)).not.toHaveProperty('cookie');
});
