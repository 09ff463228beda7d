import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../../gateway/testing/otlp-receiver.ts';
import { traceTree } from '../../gateway/testing/trace-tree.ts';
import { startTestGraph, type TestGraph } from './graph.ts';
import { watch } from './watch.ts';

/** One trace leads from the edge of the gateway to every statement, and on across domain events and events of subscriptions. */
let collector: OtlpReceiver;
let graph: TestGraph;

beforeAll(async () => {
  collector = await startOtlpReceiver();
  graph = await startTestGraph({ size: { shipments: 100 }, tracing: collector.tracing });
}, 60_000);
afterAll(async () => {
  await graph.close();
  await collector.close();
});

const document = (path: string) =>
  readFileSync(new URL(`../../schema/operations/${path}.graphql`, import.meta.url), 'utf8');

const newTrace = () => crypto.randomUUID().replaceAll('-', '');
const clientSpan = 'b7ad6b7169203331';

/** The spans of a trace, once it has all of these. */
async function spansOf(traceId: string, names: readonly string[]): Promise<readonly ReceivedSpan[]> {
  for (const wanted of names) await collector.until((span) => span.traceId === traceId && span.name === wanted);
  return collector.spans.filter((span) => span.traceId === traceId);
}

function find(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`There is no span "${name}" among ${spans.map((span) => span.name).join(', ')}`);
  return found;
}

test('the trace of a trusted operation continues that of its client, and has a span for each step', async () => {
  const traceId = newTrace();
  const shipmentId = graph.world.shipments.at(-1)!.id;
  const headers = { traceparent: `00-${traceId}-${clientSpan}-01`, 'apollographql-client-name': 'dispatch-desk' };
  const { errors } = await graph.ask('dispatcher', document('mobile/load-status'), { shipmentId }, headers);
  expect(errors).toEqual([]);
  const spans = await spansOf(traceId, ['POST /graphql', 'query LoadStatus', 'query LoadStatus__tracking__1']);
  const root = find(spans, 'POST /graphql');
  expect(root.parentId).toBe(clientSpan);
  expect(traceTree(spans, root)).toEqual([
    'gateway: POST /graphql',
    '  gateway: query LoadStatus',
    '    gateway: authenticate',
    '    gateway: look up document',
    '    gateway: reserve budget',
    '    gateway: plan',
    '    gateway: fetch shipments',
    '      shipments: query LoadStatus__shipments__0',
    '        shipments: SELECT shipment',
    '    gateway: fetch tracking',
    '      tracking: query LoadStatus__tracking__1',
    '        tracking: SELECT carriage',
    '        tracking: SELECT carriage',
    '  gateway: respond',
  ]);
  expect(root).toMatchObject({ kind: 'server', attributes: { 'http.response.status_code': 200 } });
  expect(find(spans, 'query LoadStatus').attributes).toMatchObject({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'LoadStatus',
    'freight.client.name': 'dispatch-desk',
  });
  const statement = find(spans, 'SELECT shipment');
  expect(statement).toMatchObject({ kind: 'client', attributes: { 'db.system.name': 'postgresql' } });
  expect(statement.attributes['db.query.text']).toContain('$1');
  const outside = spans.filter(({ startedAt, endedAt }) => startedAt < root.startedAt || endedAt > root.endedAt);
  expect(outside.map(({ name }) => name)).toEqual([]);
});

test('one trace leads from a change to what other subgraphs do about it, and to the watchers of the record', async () => {
  const shipment = graph.world.shipments.find(({ status }) => status === 'BOOKED')!;
  const token = await graph.tokenOf('dispatcher');
  const watching = watch<{ shipmentUpdated: { status: string } }>(
    graph.url,
    token,
    document('frontend/watch-shipment'),
    {
      id: shipment.id,
    },
  );
  await watching.next(({ shipmentUpdated }) => shipmentUpdated.status === 'BOOKED');
  const traceId = newTrace();
  const { data } = await graph.ask<{ cancelShipment: { userErrors: unknown[] } }>(
    'dispatcher',
    document('frontend/cancel-shipment'),
    { input: { shipmentId: shipment.id, reason: 'The customer called Ada Lovelace' } },
    { traceparent: `00-${traceId}-${clientSpan}-01` },
  );
  expect(data?.cancelShipment.userErrors).toEqual([]);
  await watching.next(({ shipmentUpdated }) => shipmentUpdated.status === 'CANCELLED');
  await watching.close();
  const spans = await spansOf(traceId, ['POST /graphql', 'process shipment.cancelled', 'push WatchShipment']);
  const sent = find(spans, 'send shipment.cancelled');
  expect(sent).toMatchObject({ service: 'shipments', kind: 'producer', attributes: { 'messaging.system': 'pg-boss' } });
  const reaction = find(spans, 'process shipment.cancelled');
  expect(reaction).toMatchObject({ kind: 'consumer', parentId: sent.spanId });
  expect(traceTree(spans, reaction).some((line) => /UPDATE|DELETE|INSERT/.test(line))).toBe(true);
  const pushed = find(spans, 'push WatchShipment');
  expect(pushed).toMatchObject({ service: 'gateway', kind: 'producer', attributes: { 'freight.live.clients': 1 } });
  const began = collector.spans.find(({ spanId }) => spanId === pushed.links[0]);
  expect(began?.name).toBe('subscription WatchShipment');
  const event = spans.find(({ spanId }) => spanId === pushed.parentId)!;
  expect(event).toMatchObject({ service: 'shipments', kind: 'consumer' });
  expect(traceTree(spans, event)).toContain('  gateway: push WatchShipment');
  expect(traceTree(spans, pushed)).toContain('  gateway: fetch pricing');
});

test('an upkeep job is a trace of its own, with its statements', async () => {
  await collector.until(({ name }) => name === 'chore sendMails');
  const chore = find(collector.spans, 'chore sendMails');
  expect(chore).toMatchObject({ service: 'access', parentId: undefined });
  const steps = collector.spans.filter(({ parentId }) => parentId === chore.spanId);
  expect(steps.some(({ kind }) => kind === 'client')).toBe(true);
});

test('no span has a value of a variable, a secret or the name of a person', async () => {
  const token = await graph.tokenOf('dispatcher');
  const texts = JSON.stringify(collector.spans, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  expect(collector.spans.length).toBeGreaterThan(0);
  for (const secret of [token, 'Ada Lovelace', graph.world.shipments.at(-1)!.id]) expect(texts).not.toContain(secret);
});
