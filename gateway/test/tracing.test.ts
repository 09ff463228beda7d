import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createLog } from '#shared/runtime/log.ts';
import { runWithin } from '#shared/runtime/tracing/current-work.ts';
import { openTracing } from '#shared/runtime/tracing/open-tracing.ts';
import { parseTraceparent } from '#shared/runtime/tracing/trace-context.ts';
import type { TracingConfig } from '#shared/runtime/tracing/tracing-config.ts';
import { readGatewayConfig } from '../read-config.ts';
import { collectorAt, type OtlpReceiver, startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { type SmallGraph, startSmallGraph } from '../testing/small-graph.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const silent = createLog('gateway', 'silent');
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

let collector: OtlpReceiver;
let graph: SmallGraph;
beforeAll(async () => {
  collector = await startOtlpReceiver();
  graph = await startSmallGraph();
});
afterAll(async () => {
  await graph.close();
  await collector.close();
});

test('without a collector nothing that records spans is loaded', async () => {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    const { readGatewayConfig } = await import('./gateway/read-config.ts');
    const { openTracing } = await import('./subgraphs/shared/runtime/tracing/open-tracing.ts');
    const read = async (environment) => {
      await openTracing(readGatewayConfig([], environment).tracing, 'gateway', undefined);
      return loaded.some((url) => url.includes('span-recorder'));
    };
    const endpoint = 'http://127.0.0.1:9';
    const without = await read({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' });
    console.log(JSON.stringify([without, await read({}), await read({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  expect(JSON.parse(stdout)).toEqual([false, false, true]);
});

test('the standard variables say where spans go and which traces are recorded', () => {
  const read = (environment: Record<string, string>) => readGatewayConfig([], environment).tracing;
  expect(read({})).toBeUndefined();
  expect(
    read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      OTEL_SERVICE_NAME: 'edge',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging,team=graph%20core,broken',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc==,team=a',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'team=b',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/all.pem',
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: '/traces.pem',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    }),
  ).toMatchObject({
    collector: {
      url: 'http://collector:4318/v1/traces',
      headers: { authorization: 'Bearer abc==', team: 'b' },
      timeoutMs: 2_000,
      compression: 'gzip',
      certificate: '/traces.pem',
    },
    serviceName: 'edge',
    resource: { 'deployment.environment.name': 'staging', team: 'graph core' },
    sampling: { share: 0.25, followsClients: true },
  });
  expect(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/otlp' })).toMatchObject({
    collector: { url: 'https://traces.example/otlp' },
    sampling: { share: 1, followsClients: false },
  });
  expect(() => read({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(
    'OTEL_EXPORTER_OTLP_PROTOCOL: use http/protobuf; it is "grpc"',
  );
});

test('a client continues its trace over HTTP, and subgraphs get the span of their request', async () => {
  await using gateway = await startTestGateway({ tracing: collector.tracing }, graph);
  await gateway.ask('query People { people { name } }', {}, { traceparent, tracestate: 'vendor=1' });
  const spans = await collector.until(({ name, traceId: id }) => name === 'POST /graphql' && id === traceId);
  const fetched = spans.find(({ name }) => name === 'fetch people');
  expect(graph.people.seen.at(-1)).toMatchObject({
    traceparent: `00-${traceId}-${fetched?.spanId}-01`,
    tracestate: 'vendor=1',
  });
});

test('a trace that is not recorded is not recorded by subgraphs either', async () => {
  const before = collector.spans.length;
  const never: TracingConfig = { ...collector.tracing, sampling: { share: 0, followsClients: false } };
  {
    await using gateway = await startTestGateway({ tracing: never }, graph);
    await gateway.ask('{ people { name } }', {}, { traceparent });
    expect(graph.people.seen.at(-1)?.['traceparent']).toBe(traceparent.replace(/01$/, '00'));
  }
  expect(collector.spans).toHaveLength(before); // the gateway has sent all of its spans
});

test('an operation over a websocket has a trace of its own, and its client can name it', async () => {
  await using gateway = await startTestGateway({ tracing: collector.tracing }, graph);
  const own = traceId.replace('0af', '1bf');
  const url = `${gateway.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  const extensions = { traceparent: `00-${own}-b7ad6b7169203331-01` };
  for await (const _ of client.iterate({ query: 'query Over { people { name } }', extensions }));
  await client.dispose();
  await collector.until(({ name, traceId: id }) => name === 'websocket operation' && id === own);
  const names = collector.spans.filter(({ traceId: id }) => id === own).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['websocket operation', 'query Over', 'fetch people']));
});

test('a refused operation and a failed fetch are seen with their codes', async () => {
  await using gateway = await startTestGateway({ tracing: collector.tracing }, graph);
  await gateway.ask('query Refused { nothing }');
  await gateway.ask('query Failing { failing }');
  const spans = await collector.until(({ name }) => name === 'query Failing');
  // A refused operation has no name that may be believed, and it is no failure of the graph.
  const refused = spans.find(
    ({ name, attributes }) => name === 'GraphQL operation' && attributes['error.type'] === 'GRAPHQL_VALIDATION_FAILED',
  );
  expect(refused?.hasFailed).toBe(false);
  expect(spans.find(({ name }) => name === 'query Failing')?.hasFailed).toBe(true);
});

test('log lines within a recorded trace name it', async () => {
  const lines: string[] = [];
  const log = createLog('gateway', 'info', { write: (line) => void lines.push(line) });
  const tracer = await openTracing(collector.tracing, 'gateway', log);
  const span = tracer.begin('request', parseTraceparent(traceparent))!;
  await runWithin(span, async () => log.info('within'));
  log.info('outside');
  await tracer.close();
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ trace_id: traceId, span_id: span.context.spanId });
  expect(lines[1]).not.toContain('trace_id');
});

test('spans beyond the queue, and those that the collector refuses, are lost and counted; a stop does not wait for it', async () => {
  const refusing = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(400).end());
  });
  await once(refusing.listen(0, '127.0.0.1'), 'listening');
  const { port } = refusing.address() as AddressInfo;
  const queue = { size: 3, batchSize: 3, delayMs: 600_000, timeoutMs: 1_000 };
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const tracer = await openTracing({ ...collector.tracing, collector: collectorAt(url), queue }, 'gateway', silent);
  const spans = Array.from({ length: 5 }, () => tracer.begin('request', undefined)!);
  // The queue is full before its first batch begins, because all of this is one turn of the event loop.
  for (const span of spans.slice(0, 2)) span.end();
  expect(tracer.counts()).toEqual({ exported: 0, dropped: 0, failed: 0 });
  for (const span of spans.slice(2)) span.end();
  await tracer.close();
  const { exported, dropped, failed } = tracer.counts();
  expect({ exported, lost: dropped + failed }).toEqual({ exported: 0, lost: 5 });
  refusing.closeAllConnections();
  refusing.close();
});
