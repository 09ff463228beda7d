import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { post } from '../../../client/post.ts';
import { createForeignKeyReporter } from '../identity/foreign-keys.ts';
import { anonymous, identityHeader } from '../identity/identity.ts';
import { accessTokens, createSigner, createVerifier, identityTokens, newKeyPair } from '../identity/tokens.ts';
import { somebody, startTestSubgraph } from './harness.ts';
import { sampleSubgraph } from './sample.ts';

interface Line {
  readonly code?: string;
  readonly keyId?: string;
  readonly msg: string;
}

function linesInto(lines: Line[]) {
  return pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
}

test('a gateway that signs with another key is refused, and one log line names the wrong setting', async () => {
  const lines: Line[] = [];
  const notes = await startTestSubgraph(sampleSubgraph('shipments'), { log: linesInto(lines) });
  try {
    const { privateJwk } = await newKeyPair();
    const token = createSigner(privateJwk).sign(anonymous, identityTokens('shipments'), 60);
    for (const _time of [1, 2]) {
      const { status } = await post(notes.url, '{"query":"{ __typename }"}', { headers: { [identityHeader]: token } });
      expect(status).toBe(401);
    }
    expect(lines).toMatchObject([
      {
        code: 'FOREIGN_KEY',
        keyId: privateJwk.kid,
        msg: `IDENTITY_PUBLIC_KEYS: add the public half of IDENTITY_SIGNING_KEY. A token of the gateway names the key "${privateJwk.kid}", which is missing.`,
      },
    ]);
  } finally {
    await notes.close();
  }
});

test('the access token of a client is refused, and a log line says that a client reaches the subgraph', async () => {
  const lines: Line[] = [];
  const notes = await startTestSubgraph(sampleSubgraph('shipments'), { log: linesInto(lines) });
  try {
    const { privateJwk } = await newKeyPair();
    const token = createSigner(privateJwk).sign(somebody(['CUSTOMER']), accessTokens, 60);
    const { status } = await post(notes.url, '{"query":"{ __typename }"}', { headers: { [identityHeader]: token } });
    expect(status).toBe(401);
    expect(lines).toMatchObject([
      {
        code: 'CLIENT_TOKEN',
        msg: 'A client sent its access token to this subgraph. Give clients the address of the gateway, and let gateways alone reach this port.',
      },
    ]);
  } finally {
    await notes.close();
  }
});

test('a token of another issuer names no setting: nobody can add its key', async () => {
  const { privateJwk, publicJwk } = await newKeyPair();
  const other = createSigner((await newKeyPair()).privateJwk);
  const verifier = createVerifier([publicJwk], accessTokens);
  expect(verifier.foreignKeyId(other.sign(anonymous, accessTokens, 60))).toEqual(expect.any(String));
  expect(verifier.foreignKeyId(other.sign(anonymous, identityTokens('shipments'), 60))).toBeUndefined();
  expect(verifier.foreignKeyId(createSigner(privateJwk).sign(anonymous, accessTokens, 60))).toBeUndefined();
});

test('forged tokens cannot fill the log: they cause one line per minute, with a short id', () => {
  const lines: Line[] = [];
  let now = 0;
  const settings = { signer: 'the gateway', publicKeys: 'PUBLIC', signingKey: 'PRIVATE' };
  const report = createForeignKeyReporter(settings, linesInto(lines), () => now);
  for (now = 0; now < 119_000; now += 500) report('k'.repeat(1_000));
  expect(lines.map(({ keyId }) => keyId)).toEqual(['k'.repeat(64), 'k'.repeat(64)]);
});
