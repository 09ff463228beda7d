import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { createLog } from '#shared/runtime/log.ts';
import { openTracing } from '#shared/runtime/tracing/open-tracing.ts';
import { parseTraceparent } from '#shared/runtime/tracing/trace-context.ts';
import type { CollectorSettings } from '#shared/runtime/tracing/tracing-config.ts';
import { collectorAt, startOtlpReceiver } from '../testing/otlp-receiver.ts';

/** Spans leave a process as OTLP in protobuf, which the recorder writes itself. */
const silent = createLog('gateway', 'silent');
const traceId = '0af7651916cd43dd8448eb211c80319c';
const client = parseTraceparent(`00-${traceId}-b7ad6b7169203331-01`);

test('a span arrives as it was recorded', async () => {
  const collector = await startOtlpReceiver();
  const tracer = await openTracing(collector.tracing, 'edge', silent);
  const attributes = { short: 'a', accents: 'Größe 你好', long: 'x'.repeat(200), longest: 'y'.repeat(100_000) };
  const numbers = { zero: 0, byte: 200, large: 2 ** 40 + 1, negative: -3, part: 1.5 };
  const before = BigInt(Date.now() - 1_000) * 1_000_000n;
  const fixed = { attributes: { 'db.query.text': 'select $1', nothing: undefined } };
  const links = [{ traceId: 'f'.repeat(32), spanId: '00000000000000ff' }];
  const span = tracer.begin('query Größe', client, { kind: 'server', attributes, fixed, links })!;
  const step = span.step('step');
  step.end();
  span.set({ ...numbers, short: 'b', yes: true, no: false, 'error.type': 'FIRST' });
  span.fail('LAST');
  span.end();
  span.set({ late: true });
  span.end();
  await tracer.close();
  const [below, received, ...others] = collector.spans;
  await collector.close();
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    ...span.context,
    ...{ service: 'edge', parentId: 'b7ad6b7169203331', name: 'query Größe', kind: 'server', hasFailed: true },
    links: ['00000000000000ff'],
  });
  expect(received?.traceId).toBe(traceId);
  expect(received?.attributes).toEqual({
    ...{ ...attributes, short: 'b', ...numbers, yes: true, no: false },
    ...{ 'db.query.text': 'select $1', 'error.type': 'LAST' },
  });
  expect(below).toMatchObject({ parentId: span.context.spanId, name: 'step', kind: 'internal', hasFailed: false });
  expect(received!.startedAt).toBeGreaterThan(before);
  expect(received!.endedAt).toBeGreaterThanOrEqual(below!.endedAt);
});

interface Sent {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends one span to a collector that answers with these statuses in turn. */
async function send(settings: Partial<CollectorSettings>, statuses: readonly number[]) {
  const sent: Sent[] = [];
  const server = createServer(async (request, response) => {
    sent.push({ headers: request.headers, body: await buffer(request) });
    response.writeHead(statuses[sent.length - 1] ?? 500, { 'retry-after': '0.001' }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // of a TCP server
  const own = await startOtlpReceiver();
  await own.close();
  const collector = { ...collectorAt(`http://127.0.0.1:${port}/v1/traces`), ...settings };
  const tracer = await openTracing({ ...own.tracing, collector }, 'edge', silent);
  tracer.begin('request', undefined)?.end();
  await tracer.close();
  server.close();
  server.closeAllConnections();
  return { sent, counts: tracer.counts() };
}

test('a batch that the collector can not take yet is sent again', async () => {
  const { sent, counts } = await send({}, [503, 429, 200]);
  expect(sent).toHaveLength(3);
  expect(sent[2]?.body).toEqual(sent[0]?.body);
  expect(counts).toEqual({ exported: 1, dropped: 0, failed: 0 });
});

test('a batch that the collector refuses is lost', async () => {
  const { sent, counts } = await send({}, [400]);
  expect(sent).toHaveLength(1);
  expect(counts).toEqual({ exported: 0, dropped: 0, failed: 1 });
});

test('a batch is sent with the headers of the settings, and compressed if they ask for it', async () => {
  const headers = { authorization: 'Bearer secret' };
  const { sent, counts } = await send({ headers, compression: 'gzip' }, [200]);
  expect(sent[0]?.headers).toMatchObject({
    ...headers,
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
  });
  expect(gunzipSync(sent[0]!.body).includes('request')).toBe(true);
  expect(counts.exported).toBe(1);
});
