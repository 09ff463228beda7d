import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { identityHeader } from '#shared/identity/identity.ts';
import { edges } from '../../testing/edge-clients.ts';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

/** Header values that would make requests to subgraphs fail. After a few failures the circuit breaker would refuse everyone. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ forwardHeaders: ['x-tenant'] });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const attempts = 12;
const query = '{ people { name } }';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function expectOthersServed(): Promise<void> {
  expect(await edges.POST(`${gateway.url}/graphql`, { query })).toMatchObject({ status: 200, errors: [] });
}

describe('connection_init', () => {
  test.each<[string, Record<string, string>]>([
    ['a line break in a forwarded header', { 'x-tenant': `a\r\n${identityHeader}: forged` }],
    ['a line break in the trace state', { traceparent, tracestate: `a\r\n${identityHeader}: forged` }],
    ['a NUL', { 'x-tenant': 'a\0' }],
    ['a character that headers cannot have', { 'x-tenant': '💣' }],
    ['a value of 100,000 characters', { traceparent, tracestate: 'a'.repeat(100_000) }],
  ])('with %s closes the websocket, and others are served', async (_what, headers) => {
    for (let count = 0; count < attempts; count++) {
      expect(await edges.websocket(`${gateway.url}/graphql`, { query, headers })).toMatchObject({ closeCode: 4400 });
    }
    await expectOthersServed();
  });

  test('cannot set the headers that the gateway sets', async () => {
    const headers = { [identityHeader]: 'forged', 'x-client-address': '192.0.2.1', host: 'evil', constructor: 'x' };
    expect(await edges.websocket(`${gateway.url}/graphql`, { query, headers })).toMatchObject({ errors: [] });
    const seen = gateway.graph.people.seen.at(-1);
    expect(seen).toMatchObject({ 'x-client-address': '127.0.0.1' });
    expect(seen).not.toHaveProperty(identityHeader);
    expect(JSON.stringify(seen)).not.toMatch(/evil|forged/);
  });
});

test.each<[string, Record<string, string>, number]>([
  ['a long trace state', { traceparent, tracestate: 'a'.repeat(15_000) }, 200],
  ['a long forwarded header', { 'x-tenant': 'a'.repeat(15_000) }, 400],
])('%s over HTTP does not reach a subgraph, and others are served', async (_what, headers, status) => {
  for (let count = 0; count < attempts; count++) {
    expect(await edges.POST(`${gateway.url}/graphql`, { query, headers })).toMatchObject({ status });
  }
  expect(JSON.stringify(gateway.graph.people.seen)).not.toContain('aaaa');
  await expectOthersServed();
});
