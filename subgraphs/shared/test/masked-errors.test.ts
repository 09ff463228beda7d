import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { identityToken, somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { sampleSubgraph } from './sample.ts';

interface Entry {
  readonly requestId?: string;
  readonly err?: { readonly message: string };
}

/** The log of a subgraph has a masked error under the request id that the gateway sent. */
describe('a masked error', () => {
  const entries: Entry[] = [];
  const logged = (requestId: string) => entries.filter((entry) => entry.requestId === requestId);
  const dispatcher = somebody(['DISPATCHER']);
  let notes: TestSubgraph<never>;
  beforeAll(async () => {
    const log = pino({}, { write: (line: string) => void entries.push(JSON.parse(line) as Entry) });
    notes = (await startTestSubgraph(sampleSubgraph('shipments'), { log })) as unknown as TestSubgraph<never>; // its context does not matter
  });
  afterAll(() => notes.close());

  test('of a request', async () => {
    const write = 'mutation { writeNote(input: { text: "boom" }) { note { id } } }';
    const { errors } = await notes.ask(dispatcher, write, {}, { 'x-request-id': 'request-1' });
    expect(errors).toMatchObject([{ message: 'Internal server error', extensions: { requestId: 'request-1' } }]);
    expect(logged('request-1')).toMatchObject([{ err: { message: 'secret driver message' } }]);
  });

  test('of an event', async () => {
    const client = createClient({ url: notes.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    try {
      const identity = identityToken('shipments', dispatcher);
      const events = client.iterate({
        query: 'subscription { noteWritten { id text } }',
        extensions: { identity, headers: { 'x-request-id': 'request-2' } },
      });
      const first = events.next();
      let isAnswered = false;
      void first.then(() => {
        isAnswered = true;
      });
      // The subscription is active once its topic has a listener. Publishing until the event arrives needs no timer.
      while (!isAnswered) {
        await notes.live.publish('notes', { id: 'boom' });
        await notes.ask(dispatcher, '{ __typename }');
      }
      expect((await first).value).toMatchObject({
        errors: [{ message: 'Internal server error', extensions: { requestId: 'request-2' } }],
      });
      expect(logged('request-2')[0]?.err?.message).toContain('secret driver message');
    } finally {
      await client.dispose();
    }
  });
});
