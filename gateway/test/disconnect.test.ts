import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { post } from '../../client/post.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** Sends a query as a client that may disconnect. */
function ask(query: string) {
  const leaving = new AbortController();
  const sent = post(`${gateway.url}/graphql`, JSON.stringify({ query }), { signal: leaving.signal });
  const response = sent.catch(() => 'left');
  return { response, leave: () => leaving.abort() };
}

test('a client that disconnects ends the requests to subgraphs that no other client waits for', async () => {
  const { people } = gateway.graph;
  const [arrived, departed] = [people.arrival(), people.departure()];
  const letGo = people.hold();
  const { response, leave } = ask('{ people { name } }');
  await arrived;
  leave();
  await departed;
  expect(await response).toBe('left');
  letGo();
});

test('a request to a subgraph continues while another client waits for it', async () => {
  const { people } = gateway.graph;
  // Two texts that cause the same request to the subgraph. The gateway already knows them, since new texts would take turns.
  const [first, second] = ['{ people { name } }', '{people{name}}'] as const;
  for (const known of [first, second, '{ __typename }']) await gateway.ask(known);
  const before = people.seen.length;
  let departures = 0;
  const [arrived, departed] = [people.arrival(), people.departure().then(() => departures++)];
  const letGo = people.hold();
  const one = ask(first);
  await arrived;
  const other = ask(second);
  // Its response shows that the gateway has read both requests before it.
  await gateway.ask('{ __typename }');
  one.leave();
  expect(await one.response).toBe('left');
  await gateway.ask('{ __typename }');
  letGo();
  expect(await other.response).toMatchObject({ data: { people: [{ name: 'Ada' }, { name: 'Grace' }] } });
  expect([people.seen.length - before, departures]).toEqual([1, 0]);
  // Ends the wait for the next departure.
  const last = people.arrival();
  const letLastGo = people.hold();
  const leaver = ask('{ people { name } }');
  await last;
  leaver.leave();
  await departed;
  letLastGo();
});
