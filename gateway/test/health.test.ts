import { describe, expect, test } from '@jest/globals';
import { BoundedLabels } from '#shared/runtime/bounded-labels.ts';
import { readMetrics } from '../testing/metrics.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const status = async (url: string) => {
  const response = await fetch(url);
  return { code: response.status, body: await response.json() };
};

const up = (name: string) => ({ name, status: 'up', since: expect.any(String), reason: null });

describe('health', () => {
  test('a healthy gateway is live, serving and ready', async () => {
    await using gateway = await startTestGateway();
    expect((await status(`${gateway.url}/health/live`)).code).toBe(200);
    expect(await status(`${gateway.url}/health`)).toEqual({ code: 200, body: { status: 'ok' } });
    expect(await status(`${gateway.url}/health/ready`)).toEqual({
      code: 200,
      body: { status: 'ready', parts: [up('subgraphs')] },
    });
    expect(await status(`${gateway.adminUrl}/health/ready`)).toEqual({
      code: 200,
      body: { status: 'ready', parts: [up('parcels'), up('people')] },
    });
  });

  test.each(['freight', 'apollo'] as const)(
    'with one dead subgraph it is degraded but in rotation, and the %s engine serves all other fields',
    async (engine) => {
      await using gateway = await startTestGateway({ engine });
      await gateway.graph.parcels.close();
      const { data, errors, headers } = await gateway.ask('{ people { name parcels { weightKg } } }');
      expect(data).toEqual({
        people: [
          { name: 'Ada', parcels: null },
          { name: 'Grace', parcels: null },
        ],
      });
      const extensions = { code: 'SUBREQUEST_HTTP_ERROR', retryable: true, requestId: headers.get('x-request-id') };
      expect(errors[0]).toMatchObject({ extensions });
      expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
      const since = expect.any(String);
      const summary = { name: 'subgraphs', status: 'degraded', since, reason: '1 of 2 subgraphs do not respond.' };
      expect(await status(`${gateway.url}/health/ready`)).toEqual({
        code: 200,
        body: { status: 'degraded', parts: [summary] },
      });
      const parcels = { name: 'parcels', status: 'down', since, reason: 'The subgraph does not respond.' };
      expect(await status(`${gateway.adminUrl}/health/ready`)).toEqual({
        code: 200,
        body: { status: 'degraded', parts: [parcels, up('people')] },
      });
    },
  );

  test('a gateway without a reachable subgraph is live but not ready', async () => {
    await using gateway = await startTestGateway();
    await gateway.graph.close();
    expect(await status(`${gateway.url}/health/ready`)).toMatchObject({ code: 503, body: { status: 'unavailable' } });
    expect((await status(`${gateway.url}/health`)).code).toBe(200);
  });

  test('a subgraph that is too slow loses its own fields only', async () => {
    await using gateway = await startTestGateway({ subgraphTimeoutMs: 200 });
    const letGo = gateway.graph.parcels.hold();
    const { data, errors } = await gateway.ask('{ people { name parcels { weightKg } } }');
    expect(data.people[0]).toEqual({ name: 'Ada', parcels: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'GATEWAY_TIMEOUT', retryable: true });
    letGo();
  });
});

describe('metrics', () => {
  test('are served to operators only, not on the public port', async () => {
    await using gateway = await startTestGateway();
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
    expect((await fetch(`${gateway.adminUrl}/graphql`)).status).toBe(404);
  });

  test('name the release, so that a deployment finds out what runs', async () => {
    await using gateway = await startTestGateway({ release: '1.2.0+4f9a' });
    expect(await readMetrics(gateway.adminUrl)).toContain('gateway_build_info{release="1.2.0+4f9a"} 1\n');
  });

  test('begin at 0, so that Prometheus sees the first failure as a difference', async () => {
    await using gateway = await startTestGateway();
    const text = await readMetrics(gateway.adminUrl);
    for (const series of [
      'gateway_request_outcomes_total{outcome="failed"}',
      'gateway_supergraph_reloads_total{outcome="refused"}',
      'gateway_supergraph_canaries_total{outcome="rolled_back"}',
      'gateway_subgraph_events_total{subgraph="people",event="broken_socket"}',
      'gateway_subgraph_circuit{subgraph="people"}',
      'gateway_refused_keys_total{reason="network"}',
      'gateway_budget_exceeded_total{reason="points",tier="FREE"}',
    ])
      expect(text).toContain(`${series} 0\n`);
  });

  test('count requests, errors and subgraphs by bounded labels', async () => {
    await using gateway = await startTestGateway();
    await gateway.ask('query Names { people { name } }');
    await gateway.ask('query Names { people { name } }');
    await gateway.ask('{ failing }');
    for (let n = 0; n < 40; n++) await gateway.ask(`query Junk${n} { __typename }`);
    await gateway.ask('query Unknown { nothing }');
    const text = await readMetrics(gateway.adminUrl);
    expect(text).toContain('gateway_requests_total{operation="Names",status="200"} 2');
    expect(text).toContain('gateway_errors_total{operation="anonymous",code="DOWNSTREAM_SERVICE_ERROR"} 1');
    expect(text).toContain('gateway_errors_total{operation="anonymous",code="GRAPHQL_VALIDATION_FAILED"} 1');
    expect(text).toMatch(/gateway_subgraph_requests_total\{subgraph="people",outcome="ok"\} 3/);
    expect(text).toMatch(/gateway_requests_total\{operation="other",status="200"\} \d+/);
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('gateway_client_requests_total{client="unnamed",outcome="ok"} 42');
    expect(text).toContain('gateway_client_requests_total{client="unnamed",outcome="failed"} 1');
    expect(text).toContain('gateway_client_requests_total{client="unnamed",outcome="refused"} 1');
    expect(text).toContain('gateway_request_outcomes_total{outcome="failed"} 1');
    expect(text).toContain('gateway_live_subscriptions 0');
    expect(text).not.toContain('Junk39');
    expect(text).not.toContain('Unknown');
  });
});

describe('labels of operations', () => {
  const limits = { names: 4, namesPerCaller: 2, idleMs: 1_000 };

  test('one caller cannot use all of them', () => {
    const labels = new BoundedLabels(() => {}, limits);
    expect(['A', 'B', 'C'].map((name) => labels.labelOf(name, 'junk'))).toEqual(['A', 'B', 'other']);
    expect(['Board', 'A'].map((name) => labels.labelOf(name, 'dispatcher'))).toEqual(['Board', 'A']);
  });

  test('a name that is no longer used makes room for another', () => {
    let now = 0;
    const dropped: string[] = [];
    const labels = new BoundedLabels(
      (name) => dropped.push(name),
      limits,
      () => now,
    );
    for (const [name, caller] of [
      ['A', '1'],
      ['B', '1'],
      ['C', '2'],
      ['D', '2'],
    ] as const)
      labels.labelOf(name, caller);
    expect(labels.labelOf('E', '3')).toBe('other');
    now = 1_500;
    labels.labelOf('A', '1');
    expect([labels.labelOf('E', '3'), dropped, labels.labelOf('F', '1')]).toEqual(['E', ['B', 'C'], 'F']);
  });
});
