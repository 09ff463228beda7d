import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type JWTPayload, SignJWT } from 'jose';
import { type Identity, scopesOf } from '../identity/identity.ts';
import {
  accessTokens,
  createSigner,
  createVerifier,
  identityTokens,
  type KeyPair,
  newKeyPair,
  type TokenKind,
} from '../identity/tokens.ts';
import { newId } from '../ids.ts';

const admin: Identity = {
  kind: 'account',
  accountId: newId(),
  credential: { kind: 'session', id: newId(), needsCode: false },
  organizationId: null,
  driverId: null,
  roles: ['ADMIN'],
  scopes: scopesOf(['ADMIN']),
  tier: 'ENTERPRISE',
};
let keys: KeyPair;
beforeAll(async () => {
  keys = await newKeyPair();
});

const now = () => Math.floor(Date.now() / 1000);
const read = async (token: string, kind: TokenKind) => createVerifier([keys.publicJwk], kind).verify(token);

/** A token with any claims, signed with the right key. */
function signed(payload: JWTPayload): Promise<string> {
  const key = createPrivateKey({ key: { ...keys.privateJwk }, format: 'jwk' });
  return new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA' }).sign(key);
}

const proper = (kind: TokenKind): JWTPayload => ({
  sub: newId(),
  organizationId: null,
  driverId: null,
  roles: ['ADMIN'],
  tier: 'ENTERPRISE',
  iss: kind.issuer,
  aud: kind.audience,
  iat: now(),
  exp: now() + 60,
});

describe.each([
  ['an access token', accessTokens],
  ['an identity token', identityTokens('fleet')],
])('%s', (_name, kind) => {
  test.each<Identity>([admin, { kind: 'anonymous' }])(
    'contains the identity of its caller: $kind',
    async (identity) => {
      expect(await read(createSigner(keys.privateJwk).sign(identity, kind, 60), kind)).toEqual(identity);
    },
  );

  test('is accepted if another library for JSON Web Tokens wrote it', async () => {
    expect(await read(await signed(proper(kind)), kind)).toMatchObject({ kind: 'account', roles: ['ADMIN'] });
  });

  test('of a release without second factors needs a code for sensitive changes, unless it is of an API key', async () => {
    expect(await read(await signed(proper(kind)), kind)).toMatchObject({ credential: { needsCode: true } });
    const ofKey = await read(await signed({ ...proper(kind), apiKeyId: newId() }), kind);
    expect(ofKey).toMatchObject({ credential: { kind: 'apiKey', id: expect.any(String) } });
  });

  test.each<[string, (claims: JWTPayload) => JWTPayload]>([
    ['no issuer', ({ iss: _, ...rest }) => rest],
    ['another issuer', (claims) => ({ ...claims, iss: 'freight' })],
    ['no audience', ({ aud: _, ...rest }) => rest],
    ['no expiry', ({ exp: _, ...rest }) => rest],
    ['no time of issue', ({ iat: _, ...rest }) => rest],
    ['no subject', ({ sub: _, ...rest }) => rest],
    ['an expiry in ten years', (claims) => ({ ...claims, exp: now() + 315_360_000 })],
    ['a time of issue long ago', (claims) => ({ ...claims, iat: now() - 86_400 })],
    ['a time of issue far ahead', (claims) => ({ ...claims, iat: now() + 3_600, exp: now() + 3_660 })],
    ['an unknown role', (claims) => ({ ...claims, roles: ['ROOT'] })],
  ])('with %s is refused, even a second time', async (_title, change) => {
    const token = await signed(change(proper(kind)));
    const verifier = createVerifier([keys.publicJwk], kind);
    expect([await verifier.verify(token), await verifier.verify(token)]).toEqual([undefined, undefined]);
  });

  test('is refused when it has expired, beyond the tolerated clock difference', async () => {
    const sign = (ago: number) => signed({ ...proper(kind), iat: now() - ago - 30, exp: now() - ago });
    expect(await read(await sign(kind.graceSeconds + 1), kind)).toBeUndefined();
    if (kind.graceSeconds > 0) expect(await read(await sign(kind.graceSeconds - 30), kind)).toBeDefined();
  });

  test('is accepted from a clock that is four minutes ahead', async () => {
    const token = await signed({ ...proper(kind), iat: now() + 240, exp: now() + 300 });
    expect(await read(token, kind)).toBeDefined();
  });
});

describe('the clocks', () => {
  const skewOf = async (payload: JWTPayload, kind: TokenKind) =>
    createVerifier([keys.publicJwk], kind).skewSeconds(await signed(payload));
  const issued = (kind: TokenKind, seconds: number) => ({
    ...proper(kind),
    iat: now() + seconds,
    exp: now() + seconds + 60,
  });

  test('are wrong if only the times of a token are invalid, by more than five minutes', async () => {
    const kind = identityTokens('fleet');
    for (const seconds of [900, -900]) {
      const skew = await skewOf(issued(kind, seconds), kind);
      expect(Math.abs((skew ?? 0) - seconds)).toBeLessThanOrEqual(2);
    }
    expect(await skewOf(issued(kind, 900), identityTokens('risk'))).toBeUndefined();
    expect(await skewOf({ ...issued(kind, 900), iss: 'somebody-else' }, kind)).toBeUndefined();
    expect(await createVerifier([keys.publicJwk], kind).skewSeconds('nonsense')).toBeUndefined();
  });

  test('are not wrong if an access token has merely expired', async () => {
    expect(await skewOf(issued(accessTokens, -900), accessTokens)).toBeUndefined();
    expect(await skewOf(issued(accessTokens, 900), accessTokens)).toBeGreaterThan(890);
  });
});

test('an identity token for one subgraph is not valid for others or for the gateway', async () => {
  const token = createSigner(keys.privateJwk).sign(admin, identityTokens('fleet'), 60);
  expect(await read(token, identityTokens('fleet'))).toEqual(admin);
  for (const other of ['access', 'shipments', 'fleet2', '']) {
    expect(await read(token, identityTokens(other))).toBeUndefined();
  }
  expect(await read(token, accessTokens)).toBeUndefined();
});
