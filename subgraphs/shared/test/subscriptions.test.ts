import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { anonymous, type Identity } from '../identity/identity.ts';
import { newId } from '../ids.ts';
import { identityToken, somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

let notes: TestSubgraph<SampleContext>;
let client: Client;
const logged: string[] = [];

beforeAll(async () => {
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  notes = await startTestSubgraph(sampleSubgraph('shipments'), { log });
  // One socket for all callers, as in the gateway.
  client = createClient({ url: notes.url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: false });
});
afterAll(async () => {
  await client.dispose();
  await notes.close();
});

interface Told {
  readonly message: string;
  readonly extensions: { readonly code: string; readonly requestId: string };
}

/** The errors of a subscription, from a message `error` or from its first result. */
async function refusal(query: string, extensions: Record<string, unknown>): Promise<readonly Told[]> {
  const events = client.iterate({ query, extensions });
  try {
    const { value } = await events.next();
    return value.errors;
  } catch (errors) {
    return errors as Told[]; // graphql-ws rejects with the errors of a message `error`
  } finally {
    await events.return?.();
  }
}
const signed = async (as: Identity) => ({
  identity: identityToken('shipments', as),
  headers: { 'x-request-id': 'request-1' },
});

const subscription = 'subscription { noteWritten { id } }';

test.each([
  ['no identity', subscription, {}],
  ['no identity and a syntax error', '{ broken', {}],
  ['an invalid identity and an unknown field', 'subscription { secrets { id } }', { identity: 7 }],
  ['a forged identity', subscription, { identity: 'x.y.z' }],
])('a subscription is first checked for its identity: %s', async (_title, query, extensions) => {
  const [error, ...others] = await refusal(query, extensions);
  expect(error).toMatchObject({
    message: 'The request has no identity token for this subgraph. Send requests through the gateway.',
    extensions: { code: 'UNAUTHENTICATED', retryable: false },
  });
  expect(others).toEqual([]);
});

test.each([
  ['UNAUTHENTICATED', subscription],
  ['GRAPHQL_PARSE_FAILED', 'subscription { noteWritten { id }'],
  ['GRAPHQL_VALIDATION_FAILED', 'subscription { noteWritten { secret } }'],
  ['OPERATION_RESOLUTION_FAILURE', '{ note(id: "1") { id } }'],
  ['OPERATION_RESOLUTION_FAILURE', 'mutation { writeNote(input: { text: "x" }) { note { id } } }'],
])('an error has the code %s and the id of the request (%#)', async (code, query) => {
  const [error] = await refusal(query, await signed(anonymous));
  expect(error).toMatchObject({ extensions: { code, retryable: false, requestId: 'request-1' } });
});

test('none of these refusals was logged or closed the shared socket', async () => {
  expect(logged).toEqual([]);
  let closed = 0;
  client.on('closed', () => closed++);
  await refusal(subscription, {});
  expect(await refusal(subscription, await signed(anonymous))).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  expect(closed).toBe(0);
});

test('an event with an error leaves a null at its position only if the gateway sends "onError": "NULL"', async () => {
  const payload = { query: subscription, extensions: await signed(somebody(['DISPATCHER'])) };
  const streams = [client.iterate({ ...payload, ...{ onError: 'NULL' } }), client.iterate(payload)];
  const events = streams.map((stream) => stream.next());
  let open = events.length;
  for (const event of events) void event.then(() => open--);
  // Nothing tells when a subgraph has subscribed, so events are sent until each stream has one.
  while (open > 0) {
    notes.live.publish('notes', { id: newId() });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [nulled, propagated] = (await Promise.all(events)).map(({ value }) => value);
  const errors = [{ path: ['noteWritten'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
  expect(nulled).toMatchObject({ data: { noteWritten: null }, errors });
  expect(propagated).toMatchObject({ data: null, errors });
  for (const stream of streams) await stream.return?.();
});
