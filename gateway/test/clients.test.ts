import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clientNetwork } from '#shared/identity/client-network.ts';
import { runs } from '#shared/test/random.ts';
import { createOriginReader } from '../access/clients/client-address.ts';
import { TokenBuckets } from '../access/clients/token-buckets.ts';
import { readGatewayConfig } from '../read-config.ts';
import { edges } from '../testing/edge-clients.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

describe('a token bucket', () => {
  test('allows its burst at once, then its rate, and states how long to wait', () => {
    let now = 0;
    const buckets = new TokenBuckets({ perSecond: 2, burst: 3 }, () => now);
    const take = (at: number) => {
      now = at;
      return buckets.take('client');
    };
    expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 0.5]);
    expect([take(499), take(500), take(500)]).toEqual([expect.closeTo(0.0005), 0, 0.5]);
    expect(buckets.take('another client')).toBe(0);
  });

  test('never allows more than burst + rate × time, and has a token after the stated wait', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        steps,
        (perSecond, burst, waits) => {
          let now = 0;
          let taken = 0;
          const buckets = new TokenBuckets({ perSecond, burst }, () => now);
          for (const wait of waits) {
            now += wait;
            const seconds = buckets.take('client');
            if (seconds > 0) {
              now += seconds * 1000 + 0.001;
              expect(buckets.take('client')).toBe(0);
            }
            taken += 1;
            expect(taken).toBeLessThanOrEqual(burst + (now / 1000) * perSecond + 1e-6);
          }
        },
      ),
      { numRuns: runs(50) },
    );
  });
});

describe('the address of a client', () => {
  const addressOf = (proxies: string[], peer: string, headers: Record<string, string> = {}) =>
    createOriginReader(proxies)({ socket: { remoteAddress: peer } as never, headers }); // the only property that is read

  test.each([
    ['without trusted proxies headers are ignored', [], '203.0.113.7', { forwarded: 'for=1.2.3.4' }, '203.0.113.7'],
    [
      'headers of other peers are ignored',
      ['10.0.0.0/8'],
      '203.0.113.7',
      { 'x-forwarded-for': '1.2.3.4' },
      '203.0.113.7',
    ],
    [
      'a trusted proxy states it as forwarded',
      ['10.0.0.0/8'],
      '10.1.1.1',
      { forwarded: 'for=1.2.3.4;proto=https' },
      '1.2.3.4',
    ],
    [
      'a trusted proxy states it as x-forwarded-for',
      ['10.0.0.0/8'],
      '10.1.1.1',
      { 'x-forwarded-for': '6.6.6.6, 1.2.3.4' },
      '1.2.3.4',
    ],
    [
      'several trusted proxies state it',
      ['10.0.0.0/8'],
      '10.1.1.1',
      { 'x-forwarded-for': '1.2.3.4, 10.2.2.2' },
      '1.2.3.4',
    ],
    [
      'entries that the client itself wrote are ignored',
      ['10.0.0.1'],
      '10.0.0.1',
      { forwarded: 'for=9.9.9.9, for=1.2.3.4' },
      '1.2.3.4',
    ],
    ['IPv6 with a port', ['::1'], '::1', { forwarded: 'for="[2001:db8::7]:4711"' }, '2001:db8::7'],
    ['an IPv4 peer on an IPv6 socket', ['127.0.0.1'], '::ffff:127.0.0.1', { forwarded: 'for=1.2.3.4:80' }, '1.2.3.4'],
    [
      'a proxy that hides the address counts as the client',
      ['10.0.0.1'],
      '10.0.0.1',
      { forwarded: 'for=_hidden' },
      '10.0.0.1',
    ],
  ])('%s', (_case, proxies, peer, headers, address) => {
    expect(addressOf(proxies, peer, headers as Record<string, string>).address).toBe(address);
  });

  test('TLS ends at a trusted proxy', () => {
    expect(addressOf(['::1'], '::1', { forwarded: 'for=1.2.3.4;proto=https' }).isSecure).toBe(true);
    expect(addressOf([], '::1', { forwarded: 'for=1.2.3.4;proto=https' }).isSecure).toBe(false);
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  test.each(['10.0.0.0/33', 'example.com', '10.0.0.0/8/8', '::/129'])('TRUSTED_PROXIES=%s is refused', (range) => {
    expect(() => readGatewayConfig([], { TRUSTED_PROXIES: range })).toThrow(/TRUSTED_PROXIES/);
  });
});

describe('rates of clients', () => {
  test('are on for the freight graph and off for any other supergraph', () => {
    expect(readGatewayConfig([], {}).clientRates).toEqual({
      requests: { perSecond: 200, burst: 400 },
      newDocuments: { perSecond: 20, burst: 200 },
    });
    const other = ['--supergraph', 'other.graphql'];
    expect(readGatewayConfig(other, {}).clientRates).toEqual({});
    expect(readGatewayConfig(other, { CLIENT_RATE: '5' }).clientRates.requests).toEqual({ perSecond: 5, burst: 10 });
  });

  const environment = {
    CLIENT_RATE: '0.02',
    CLIENT_BURST: '3',
    CLIENT_NEW_DOCUMENTS: '0.02',
    CLIENT_NEW_DOCUMENTS_BURST: '2',
  };
  let gateway: TestGateway;
  beforeAll(async () => {
    const { clientRates } = readGatewayConfig([], environment);
    gateway = await startTestGateway({ clientRates, trustedProxies: ['127.0.0.1'] });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test.each(Object.entries(edges))(
    'over %s: a client beyond its rate gets 429 with the exact Retry-After, others do not',
    async (name, ask) => {
      const index = Object.keys(edges).indexOf(name);
      const query = '{ people { name } }';
      // Websockets take the address from the upgrade request, which a test can't set: they ask as themselves.
      const headers = name === 'websocket' ? {} : from(`192.0.2.${index}`);
      const one = '{"query":"{ people { name } }"}';
      for (let count = 0; count < 3; count++) {
        if (name === 'websocket') await gateway.ask(query);
        else await gateway.send(one, { 'content-type': 'application/json', ...headers });
      }
      const { status, retryAfter, errors } = await ask(`${gateway.url}/graphql`, { query, headers });
      expect(errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
      const seconds = errors[0]?.extensions['retryAfterSeconds'];
      expect(seconds).toBeGreaterThan(45);
      expect(seconds).toBeLessThanOrEqual(50);
      if (name !== 'websocket') expect([status, retryAfter]).toEqual([429, String(seconds)]);
      expect((await gateway.ask(query, {}, from(`198.51.100.${index}`))).status).toBe(200);
    },
  );

  test('new documents count once, and faulty ones each time', async () => {
    const statusOf = async (query: string) => (await gateway.ask(query, {}, from('192.0.2.99'))).status;
    expect([await statusOf('{ people { id } }'), await statusOf('{ faulty')]).toEqual([200, 200]);
    const { status, errors } = await gateway.ask('{ people { id name } }', {}, from('192.0.2.99'));
    expect([status, errors[0]?.message]).toEqual([
      429,
      expect.stringMatching(/^Too many new documents from this address/),
    ]);
    expect((await gateway.ask('{ people { id } }', {}, from('192.0.2.98'))).status).toBe(200);
  });
});
