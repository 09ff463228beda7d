import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadKeyring } from '#shared/identity/keys.ts';
import { accessTokens, type KeyPair, newKeyPair } from '#shared/identity/tokens.ts';
import { somebody } from '#shared/test/harness.ts';
import { edges } from '../../testing/edge-clients.ts';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

/** Tokens that an attacker makes without the private key. */
const dataDir = mkdtempSync(join(tmpdir(), 'freight-tokens-'));
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ access: { kind: 'freight', dataDir } });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmac = (text: string, key: string | Buffer): string => createHmac('sha256', key).update(text).digest('base64url');

/** The claims of an administrator, as the access subgraph would sign them. */
function claims(): string {
  const iat = Math.floor(Date.now() / 1000);
  const { kind: _kind, accountId: sub, scopes: _scopes, ...rest } = somebody(['ADMIN']);
  return encoded({ sub, ...rest, iss: accessTokens.issuer, aud: accessTokens.audience, iat, exp: iat + 60 });
}

const publicKey = async () => (await loadKeyring(dataDir)).access.publicJwk;

/** The algorithm of the header is not the one that the gateway expects. */
const otherAlgorithms: Readonly<Record<string, () => Promise<string>>> = {
  'has the algorithm "none"': async () => `${encoded({ alg: 'none' })}.${claims()}.`,
  'has the algorithm "nOnE" and names our key': async () =>
    `${encoded({ alg: 'nOnE', kid: (await publicKey()).kid })}.${claims()}.`,
  'is signed by HS256 with the bytes of our public key': async () => {
    const { kid, x = '' } = await publicKey();
    const signed = `${encoded({ alg: 'HS256', kid })}.${claims()}`;
    return `${signed}.${hmac(signed, Buffer.from(x, 'base64url'))}`;
  },
  'is signed by HS256 with the JSON of our public key': async () => {
    const key = await publicKey();
    const signed = `${encoded({ alg: 'HS256', kid: key.kid })}.${claims()}`;
    return `${signed}.${hmac(signed, JSON.stringify(key))}`;
  },
};

/** The header names a key of the attacker, who has signed with it. */
const ownKeys: Readonly<Record<string, () => Promise<string>>> = {
  'brings its own key': () => signedByAttacker(({ publicJwk }) => ({ jwk: publicJwk })),
  'names an address of its key': () => signedByAttacker(() => ({ jku: 'http://127.0.0.1:1/keys.json' })),
  'names a file as its key': () => signedByAttacker(() => ({ kid: '../../../../dev/null' })),
  'names our key, but is signed by another': async () => {
    const { kid } = await publicKey();
    return signedByAttacker(() => ({ kid }));
  },
};

async function signedByAttacker(header: (pair: KeyPair) => object): Promise<string> {
  const pair = await newKeyPair();
  const key = createPrivateKey({ key: { ...pair.privateJwk }, format: 'jwk' });
  const signed = `${encoded({ alg: 'EdDSA', ...header(pair) })}.${claims()}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

const forged = { ...otherAlgorithms, ...ownKeys };

describe('a forged access token', () => {
  test.each(Object.keys(forged))('that %s gets 401, closes a websocket, and reaches no subgraph', async (what) => {
    const headers = { authorization: `Bearer ${await forged[what]!()}` };
    const request = { query: '{ people { name } }', headers };
    const asked = gateway.graph.people.seen.length;
    const url = `${gateway.url}/graphql`;
    expect(await edges.POST(url, request)).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await edges.websocket(url, request)).toMatchObject({ closeCode: 4403 });
    expect(gateway.graph.people.seen.length).toBe(asked);
  });

  test('differs from a true one, which runs', async () => {
    const headers = { authorization: `Bearer ${await gateway.tokenFor(somebody(['ADMIN']))}` };
    const response = await edges.POST(`${gateway.url}/graphql`, { query: '{ people { name } }', headers });
    expect(response).toMatchObject({ status: 200, errors: [] });
  });
});
