import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Edge, edges } from '../../testing/edge-clients.ts';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

/** A search for zeros that began again at each of them would take minutes for these numbers, and the test would not end in time. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const zeros = '0'.repeat(1_000_000);
const inBodies: readonly Edge[] = ['POST', 'websocket'];

test.each(inBodies)('a number of a million digits in the variables of %s is read at once', async (edge) => {
  const query = 'query ($text: String!) { echo(text: $text) }';
  const variables = { text: JSON.rawJSON(`1${zeros}1`) };
  const response = await edges[edge](`${gateway.url}/graphql`, { query, variables });
  expect(response.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});
