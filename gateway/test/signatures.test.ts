import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { hashApiKey, newApiKey } from '#shared/identity/api-keys.ts';
import { loadApiKeySecret } from '#shared/identity/keys.ts';
import { readSigningKey, signingSecret } from '#shared/identity/request-signing.ts';
import { type Sign, signatureHeaders, withPrivateKey, withSecret } from '../../client/examples/sign-request.ts';
import { MemoryNonces } from '../access/signatures/memory-nonces.ts';
import { rememberedMs } from '../access/signatures/nonces.ts';
import { edges } from '../testing/edge-clients.ts';
import { type LiveGateway, startLiveGateway } from '../testing/live-gateway.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'freight-signatures-'));
const documents = {
  manifests: undefined,
  policies: { partner: 'free', staff: 'free', app: 'free', anonymous: 'free' },
} as const;
const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

let gateway: LiveGateway;
/** A key with a public key, one with a secret, and one that signs nothing. */
let keys: Record<'ed25519' | 'hmac-sha256' | 'unsigned', { text: string; id: string; sign: Sign }>;

beforeAll(async () => {
  const secret = await loadApiKeySecret({ given: undefined, dataDir });
  const entries: SnapshotKey[] = [];
  const add = (signer: Partial<SnapshotKey>, signWith: (entry: SnapshotKey) => Sign) => {
    const text = newApiKey('live');
    const entry: SnapshotKey = {
      hash: hashApiKey(text, secret),
      id: randomUUID(),
      accountId: randomUUID(),
      organizationId: randomUUID(),
      tier: 'PREMIUM',
      roles: ['PARTNER'],
      scopes: ['shipments:write'],
      networks: [],
      endsAt: null,
      requireSignature: true,
      ...signer,
    };
    entries.push(entry);
    return { text, id: entry.id, sign: signWith(entry) };
  };
  keys = {
    ed25519: add({ signingKey: readSigningKey(publicKey)! }, () => withPrivateKey(privateKey)),
    'hmac-sha256': add({ signingKey: null }, ({ hash }) => withSecret(signingSecret(hash, secret))),
    unsigned: add({ requireSignature: false }, () => withPrivateKey(privateKey)),
  };
  gateway = await startLiveGateway({
    access: { kind: 'freight', dataDir },
    documents,
    maxBatchSize: 5,
    snapshots: { intervalMs: 50, maxAgeMs: 60_000 },
  });
  const used = Promise.withResolvers<void>();
  let asked = 0;
  gateway.graph.access.snapshot = () => {
    asked += 1;
    if (asked > 1) used.resolve();
    const revocations = { sessions: [], accounts: [], organizations: [] };
    return asked > 1 ? null : { version: 'v1', keys: entries, revocations };
  };
  await used.promise;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  (gateway.graph.payments as number[]).length = 0;
});

const pay = (amount: number) =>
  JSON.stringify({ query: 'mutation Pay($n: Int!) { pay(amount: $n) }', variables: { n: amount } });

interface Sent {
  readonly body?: string | Buffer;
  readonly key?: keyof typeof keys;
  readonly headers: Record<string, string>;
}

async function post({ body = pay(1), key = 'ed25519', headers }: Sent) {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      'x-api-key': keys[key].text,
      ...headers,
    },
    body: new Uint8Array(Buffer.from(body)),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of any shape
  const json = (await response.json()) as any;
  const [error] = json.errors ?? [];
  return {
    status: response.status,
    code: error?.extensions.code,
    message: error?.message,
    json,
    headers: response.headers,
  };
}

/** The headers of a right signature. */
function sign(body: string, key: keyof typeof keys = 'ed25519', idempotencyKey?: string): Record<string, string> {
  const { id, sign: makeSignature } = keys[key];
  const request = { url: gateway.url, body, apiKeyId: id, ...(idempotencyKey !== undefined && { idempotencyKey }) };
  return signatureHeaders(request, makeSignature);
}

/** Signs other components or parameters than the example does: `change` gets and returns the value of `Signature-Input` without its label. */
function signOtherwise(body: string, change: (input: string) => string, values: Record<string, string> = {}) {
  const { 'signature-input': label = '', ...headers } = sign(body);
  const input = change(label.replace('sig=', ''));
  const known: Record<string, string> = { '@method': 'POST', '@path': '/graphql', ...headers, ...values };
  const names = [...input.slice(0, input.indexOf(')')).matchAll(/"([^"]+)"(;[a-z]+)?/g)];
  const lines = names.map(([component, name]) => `${component}: ${known[name!] ?? ''}`);
  const base = Buffer.from([...lines, `"@signature-params": ${input}`].join('\n'));
  return {
    ...headers,
    'signature-input': `sig=${input}`,
    signature: `sig=:${keys.ed25519.sign(base).toString('base64')}:`,
  };
}

describe('a mutation that must be signed', () => {
  test.each(['ed25519', 'hmac-sha256'] as const)('runs with a signature by %s', async (key) => {
    expect(await post({ key, headers: sign(pay(1), key) })).toMatchObject({
      status: 200,
      json: { data: { pay: true } },
    });
    expect(gateway.graph.payments).toEqual([1]);
  });

  test('without a signature is refused, and the answer says what to sign', async () => {
    const { headers, ...answer } = await post({ headers: {} });
    expect(answer).toMatchObject({
      status: 401,
      code: 'SIGNATURE_REQUIRED',
      message: 'This API key must sign pay (RFC 9421). Send the headers Content-Digest, Signature-Input and Signature.',
    });
    expect(headers.get('accept-signature')).toBe(
      `sig=("@method" "@path" "content-digest");created;nonce;keyid="${keys.ed25519.id}";alg="ed25519"`,
    );
    expect(gateway.graph.payments).toEqual([]);
  });

  test('is found behind aliases and fragments, in one operation of several', async () => {
    const query = 'query A { yards } mutation B { ...F } fragment F on Mutation { ping x: pay(amount: 2) }';
    const body = JSON.stringify({ query, operationName: 'B' });
    expect(await post({ body, headers: {} })).toMatchObject({ status: 401, code: 'SIGNATURE_REQUIRED' });
    expect(await post({ body, headers: sign(body) })).toMatchObject({ status: 200 });
    expect(gateway.graph.payments).toEqual([2]);
  });

  test('over a websocket is refused, and the message says how to send it', async () => {
    const { text } = keys.ed25519;
    const body = pay(1);
    const request = { ...JSON.parse(body), headers: { 'x-api-key': text, ...sign(body) } };
    expect((await edges.websocket(gateway.url, request)).errors).toMatchObject([
      {
        message:
          'This API key must sign pay, and a message on a websocket cannot be signed. Send it by POST over HTTP.',
        extensions: { code: 'SIGNATURE_REQUIRED' },
      },
    ]);
  });

  test('needs no signature of a key that does not ask for it; neither do other operations', async () => {
    expect(await post({ key: 'unsigned', headers: {} })).toMatchObject({ status: 200 });
    for (const query of ['{ yards }', 'mutation { ping }']) {
      expect(await post({ body: JSON.stringify({ query }), headers: {} })).toMatchObject({ status: 200 });
    }
  });

  test('may have a compressed body: the digest covers the bytes that are sent', async () => {
    const body = gzipSync(pay(3));
    const { id, sign: makeSignature } = keys.ed25519;
    // Latin-1 keeps every byte.
    const digestOf = (text: string | Buffer) =>
      signatureHeaders({ url: gateway.url, body: text as string, apiKeyId: id }, makeSignature);
    expect(await post({ body, headers: { ...digestOf(body), 'content-encoding': 'gzip' } })).toMatchObject({
      status: 200,
    });
    expect(await post({ body, headers: { ...sign(pay(3)), 'content-encoding': 'gzip' } })).toMatchObject({
      status: 401,
    });
  });

  test('of a batch is covered by the one signature of its request', async () => {
    const body = `[${pay(1)},${pay(2)}]`;
    const headers = sign(body);
    expect(await post({ body, headers })).toMatchObject({
      status: 200,
      json: [{ data: { pay: true } }, { data: { pay: true } }],
    });
    expect((await post({ body, headers })).json).toMatchObject([
      { errors: [{ extensions: { code: 'SIGNATURE_INVALID' } }] },
      { errors: [{ extensions: { code: 'SIGNATURE_INVALID' } }] },
    ]);
    expect(gateway.graph.payments.toSorted()).toEqual([1, 2]);
  });
});

describe('a signature is refused', () => {
  const components = '("@method" "@path" "content-digest")';
  const seconds = () => Math.floor(Date.now() / 1_000);
  const otherKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const body = pay(1);
  const bySignature = (makeSignature: Sign, apiKeyId = keys.ed25519.id) =>
    signatureHeaders({ url: gateway.url, body, apiKeyId }, makeSignature);

  test.each<[string, () => Record<string, string>, string]>([
    ['whose nonce was used before', () => sign(body), 'A request with this nonce was received before.'],
    ['with an altered body', () => sign(pay(2)), 'The body differs from its Content-Digest.'],
    [
      'with an altered body and digest',
      () => ({ ...sign(pay(2)), 'content-digest': sign(body)['content-digest']! }),
      'The signature does not match the request.',
    ],
    [
      'by another private key',
      () => bySignature(withPrivateKey(otherKey)),
      'The signature does not match the request.',
    ],
    [
      'by a secret instead of the private key',
      () => bySignature(withSecret(publicKey)),
      'The signature does not match the request.',
    ],
    [
      'in the name of another API key',
      () => bySignature(keys['hmac-sha256'].sign, keys['hmac-sha256'].id),
      'No signature has the keyid',
    ],
    [
      'without a signature for its input',
      () => ({ ...sign(body), signature: '' }),
      'The headers Signature-Input and Signature cannot be read.',
    ],
    [
      'under another label',
      () => ({ ...sign(body), signature: sign(body)['signature']!.replace('sig', 'other') }),
      'The headers Signature-Input and Signature cannot be read.',
    ],
    [
      'that is no structured field',
      () => ({ ...sign(body), 'signature-input': 'sig=(((' }),
      'The headers Signature-Input and Signature cannot be read.',
    ],
    [
      'without a digest',
      () => ({ ...sign(body), 'content-digest': '' }),
      'The header Content-Digest is missing or names no known algorithm.',
    ],
    [
      'that does not cover the body',
      () => signOtherwise(body, (input) => input.replace(' "content-digest"', '')),
      'The signature must also cover content-digest.',
    ],
    [
      'that does not cover the path',
      () => signOtherwise(body, (input) => input.replace('"@path" ', '')),
      'The signature must also cover @path.',
    ],
    [
      'that covers nothing',
      () => signOtherwise(body, (input) => input.replace(components, '()')),
      'The signature must also cover @method, @path, content-digest.',
    ],
    [
      'that covers a component twice',
      () => signOtherwise(body, (input) => input.replace('"@path"', '"@path" "@path"')),
      'The signature covers "@path" twice.',
    ],
    [
      'that covers a component with a parameter',
      () => signOtherwise(body, (input) => input.replace('"content-digest"', '"content-digest";bs')),
      'The covered component "content-digest" must have no parameters.',
    ],
    [
      'for another path',
      () => signatureHeaders({ url: `${gateway.url}/stream`, body, apiKeyId: keys.ed25519.id }, keys.ed25519.sign),
      'The signature does not match the request.',
    ],
    [
      'that covers the host, which proxies change',
      () => signOtherwise(body, (input) => input.replace('"@path"', '"@path" "@authority"')),
      'The gateway cannot verify "@authority"',
    ],
    [
      'that covers an absent header',
      () => signOtherwise(body, (input) => input.replace('"@path"', '"@path" "x-absent"')),
      'The signature covers "x-absent", a header that the request does not have.',
    ],
    [
      'that is too old',
      () => signOtherwise(body, (input) => input.replace(/created=\d+/, `created=${seconds() - 62}`)),
      's before the time of the gateway; 60 s are allowed.',
    ],
    [
      'from the future',
      () => signOtherwise(body, (input) => input.replace(/created=\d+/, `created=${seconds() + 90}`)),
      's after the time of the gateway; 60 s are allowed.',
    ],
    [
      'whose own expiry has passed',
      () => signOtherwise(body, (input) => `${input};expires=${seconds() - 5}`),
      'The signature has expired.',
    ],
    [
      'without a time',
      () => signOtherwise(body, (input) => input.replace(/;created=\d+/, '')),
      'The parameter "created" is missing.',
    ],
    [
      'with a time that is no number',
      () => signOtherwise(body, (input) => input.replace(/created=\d+/, 'created="now"')),
      'The parameter "created" is missing.',
    ],
    [
      'without a nonce',
      () => signOtherwise(body, (input) => input.replace(/;nonce="[^"]+"/, '')),
      'The parameter "nonce" must have 8 to 128',
    ],
    [
      'by another algorithm',
      () => signOtherwise(body, (input) => `${input};alg="hmac-sha256"`),
      'The signature of this API key must have the algorithm ed25519.',
    ],
    [
      'beside a second one of the same key',
      () => {
        const [first, second] = [sign(body), sign(body)];
        return {
          'content-digest': first['content-digest']!,
          'signature-input': `${first['signature-input']}, ${second['signature-input']!.replace('sig', 'two')}`,
          signature: `${first['signature']}, ${second['signature']!.replace('sig', 'two')}`,
        };
      },
      'The request has several signatures of this API key.',
    ],
  ])('%s', async (what, make, message) => {
    const headers = make();
    if (what.includes('nonce was used')) expect(await post({ headers })).toMatchObject({ status: 200 });
    const before = gateway.graph.payments.length;
    const answer = await post({ headers });
    expect(answer).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' });
    expect(answer.message).toContain(message);
    expect(gateway.graph.payments).toHaveLength(before);
  });

  test('if the request has an idempotency key that it does not cover', async () => {
    const headers = sign(body);
    const refused = await post({ headers: { ...headers, 'idempotency-key': 'k' } });
    expect(refused).toMatchObject({
      code: 'SIGNATURE_INVALID',
      message: 'The signature must also cover idempotency-key.',
    });
    const { 'idempotency-key': _removed, ...stripped } = sign(body, 'ed25519', 'k');
    expect(await post({ headers: stripped })).toMatchObject({
      code: 'SIGNATURE_INVALID',
      message: 'The signature covers "idempotency-key", a header that the request does not have.',
    });
  });

  test('but a signature that a proxy has added is ignored', async () => {
    const headers = sign(body);
    const withOther = {
      ...headers,
      'signature-input': `${headers['signature-input']}, proxy=("@authority");keyid="proxy"`,
      signature: `${headers['signature']}, proxy=:AAAA:`,
    };
    expect(await post({ headers: withOther })).toMatchObject({ status: 200 });
  });

  test('without using up the nonce, so that nobody else can block a request', async () => {
    const headers = sign(body);
    expect(await post({ body: pay(2), headers })).toMatchObject({ status: 401 });
    expect(await post({ headers })).toMatchObject({ status: 200 });
  });
});

test('nonces are remembered for as long as their signatures count, and their number is bounded', () => {
  let now = 0;
  const nonces = new MemoryNonces(2, () => now);
  expect([nonces.use('a', '1'), nonces.use('b', '1'), nonces.use('a', '1')]).toEqual([true, true, false]);
  expect(() => nonces.use('a', '2')).toThrow('Too many signed requests at the moment.');
  now = rememberedMs;
  expect([nonces.use('a', '1'), nonces.use('a', '1')]).toEqual([true, false]);
});
