import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { post } from '../../../client/post.ts';
import { createForeignKeyReporter } from '../identity/foreign-keys.ts';
import { anonymous, identityHeader } from '../identity/identity.ts';
import { createSigner, identityTokens, newKeyPair } from '../identity/tokens.ts';
import { startTestSubgraph } from './harness.ts';
import { sampleSubgraph } from './sample.ts';

interface Line {
  readonly code?: string;
  readonly keyId?: string;
  readonly msg: string;
}

function linesInto(lines: Line[]) {
  return pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
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

test('forged tokens cannot fill the log: they cause one line per minute, with a short id', () => {
  const lines: Line[] = [];
  let now = 0;
  const settings = { signer: 'the gateway', publicKeys: 'PUBLIC', signingKey: 'PRIVATE' };
  const report = createForeignKeyReporter(settings, linesInto(lines), () => now);
  for (now = 0; now < 119_000; now += 500) report('k'.repeat(1_000));
  expect(lines.map(({ keyId }) => keyId)).toEqual(['k'.repeat(64), 'k'.repeat(64)]);
});
