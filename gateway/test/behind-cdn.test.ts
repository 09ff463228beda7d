import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AddressProxy, startAddressProxy } from '../testing/address-proxy.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/**
 * Client -> CDN -> load balancer and Envoy -> gateway, as in Kubernetes (docs/decisions/0038-client-addresses.md). Each part has a loopback address of
 * its own; the gateway trusts those of the private network. A client has one request, so the second one says for whom the gateway took it.
 */
const privateNetwork = '127.10.0.0/16';
const balancer = '127.10.0.1';
const envoy = '127.10.0.2';
const cdnAddress = '127.64.0.1';

let gateway: TestGateway;
let edge: AddressProxy;
let cdn: AddressProxy;
beforeAll(async () => {
  gateway = await startTestGateway({
    clientRates: { requests: { perSecond: 0.001, burst: 1 }, newDocuments: { perSecond: 1, burst: 9 } },
    trustedProxies: [privateNetwork],
  });
  edge = await startAddressProxy(gateway.url, { from: envoy, removes: ['forwarded'] });
  cdn = await startAddressProxy(edge.url, { from: balancer });
});
afterAll(async () => {
  for (const one of [cdn, edge, gateway]) await one[Symbol.asyncDispose]();
});

/** The status of a request from an address to an entrance. */
async function ask(entrance: AddressProxy, from: string, headers: object = {}): Promise<number> {
  const sent = request(`${entrance.url}/graphql`, {
    method: 'POST',
    localAddress: from,
    headers: { 'content-type': 'application/json', ...headers },
  });
  sent.end('{"query":"{ people { name } }"}');
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

describe('behind CDN, load balancer and Envoy', () => {
  test('each client has its own rate', async () => {
    expect(await ask(cdn, '127.99.0.1')).toBe(200);
    expect(await ask(cdn, '127.99.0.1')).toBe(429);
    expect(await ask(cdn, '127.99.0.2')).toBe(200);
  });

  test.each([
    ['X-Forwarded-For', '127.99.1.1', { 'x-forwarded-for': '203.0.113.9' }],
    ['X-Forwarded-For with a private address', '127.99.1.2', { 'x-forwarded-for': '203.0.113.9, 127.10.0.9' }],
    ['Forwarded', '127.99.1.3', { forwarded: 'for=203.0.113.9' }],
    ['both', '127.99.1.4', { forwarded: 'for=203.0.113.9', 'x-forwarded-for': '203.0.113.9' }],
  ])('a client that names another address in %s stays itself', async (_header, client, headers) => {
    expect(await ask(cdn, client)).toBe(200);
    expect(await ask(cdn, client, headers)).toBe(429);
  });

  test('a load balancer that kept the address of the CDN would make all clients one', async () => {
    await using keeping = await startAddressProxy(edge.url, { from: cdnAddress });
    expect(await ask(keeping, '127.99.2.1')).toBe(200);
    expect(await ask(keeping, '127.99.2.2')).toBe(429);
  });
});
