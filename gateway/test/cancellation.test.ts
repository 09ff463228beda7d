import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { noTracer } from '#shared/runtime/tracing/tracer.ts';
import { OpenSockets } from '../access/clients/open-sockets.ts';
import { TrustedDocuments } from '../access/documents/trusted-documents.ts';
import { createOpenAccess } from '../access/open-access.ts';
import { MemoryNonces } from '../access/signatures/memory-nonces.ts';
import { Signatures } from '../access/signatures/signatures.ts';
import { createApp } from '../edges/http/app.ts';
import { serveGraphql } from '../edges/http/graphql-route.ts';
import { createErrorPolicy } from '../errors/error-policy.ts';
import { toRefused } from '../errors/refused.ts';
import { Cancellation } from '../pipeline/cancellation.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import type { Arrived, Entered } from '../pipeline/stages.ts';
import { readGatewayConfig } from '../read-config.ts';
import type { Generation } from '../supergraph/generation.ts';
import { openGeneration } from '../supergraph/open-generation.ts';
import { type LiveGateway, startLiveGateway, watchQuery } from '../testing/live-gateway.ts';
import { createTransport } from '../transport/transport.ts';

const log = pino({ level: 'silent' });
const config = readGatewayConfig([], {});

test('a callback of a cancelled operation is called at once, and every other one when it is cancelled', () => {
  const cancellation = new Cancellation();
  const calls: string[] = [];
  cancellation.onCancel(() => calls.push('before'));
  const { signal } = cancellation;
  expect([calls, signal.aborted, cancellation.isCancelled]).toEqual([[], false, false]);
  cancellation.cancel();
  cancellation.onCancel(() => calls.push('after'));
  cancellation.cancel();
  expect([calls, signal.aborted, cancellation.isCancelled]).toEqual([['before', 'after'], true, true]);
  expect(() => cancellation.throwIfCancelled()).toThrow(expect.objectContaining({ code: 'REQUEST_CANCELLED' }));
});

/** The HTTP edge in front of a pipeline in which every operation waits to enter. */
async function startWaitingEdge() {
  const app = await createApp({ config, readOrigin: () => ({ address: '127.0.0.1', isSecure: false }), log });
  const operations: Arrived[] = [];
  let onArrival = () => {};
  serveGraphql(app, {
    pipeline: {
      enter(arrived) {
        operations.push(arrived);
        onArrival();
        return new Promise<Entered>((_, reject) => {
          arrived.cancellation.onCancel(() => reject(new Error('cancelled')));
        });
      },
      run: () => Promise.reject(new Error('no operation enters')),
      refuse: (error, { id }) => toRefused(error, id, log),
    },
    readOrigin: () => ({ address: '127.0.0.1', isSecure: false }),
    tracer: noTracer,
    maxBatchSize: 0,
    streams: { isClosing: () => false, stallMs: 1_000 },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    operations,
    arrived: (count: number) =>
      new Promise<void>((resolve) => {
        onArrival = () => operations.length >= count && resolve();
        onArrival();
      }),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

test('a client that disconnects while its requests wait cancels all of them, pipelined ones included', async () => {
  await using edge = await startWaitingEdge();
  const socket: Socket = connect(edge.port, '127.0.0.1');
  const request = 'GET /graphql?query={__typename} HTTP/1.1\r\nhost: localhost\r\n\r\n';
  socket.write(request.repeat(12));
  await edge.arrived(12);
  const cancelled = edge.operations.map(
    ({ cancellation }) => new Promise<void>((resolve) => cancellation.onCancel(resolve)),
  );
  socket.resetAndDestroy();
  await Promise.all([once(socket, 'close'), ...cancelled]);
});

let live: LiveGateway;
let generation: Generation;
const transport = createTransport({ subgraphs: {} });
const trusted = new TrustedDocuments();
beforeAll(async () => {
  live = await startLiveGateway();
  const errorPolicy = createErrorPolicy(config, log);
  generation = await openGeneration(
    live.graph.supergraphSdl,
    { config, transport, errorPolicy, trusted, log: log, onUnservable() {} },
    undefined,
  );
});
afterAll(async () => {
  await live[Symbol.asyncDispose]();
  await generation.close();
  await transport.close();
});

test('a subscription that is cancelled while its caller is being identified starts nothing and takes no slot', async () => {
  const identifying = Promise.withResolvers<void>();
  const identified = Promise.withResolvers<void>();
  const access = createOpenAccess([]);
  const openSockets = new OpenSockets(1);
  const settled: number[] = [];
  const pipeline = new Pipeline({
    signatures: new Signatures(new MemoryNonces()),
    ...config,
    documents: { ...config.documents, trusted, onUnlisted() {} },
    access: {
      async identify(headers, address) {
        identifying.resolve();
        await identified.promise;
        return access.identify(headers, address);
      },
    },
    executor: {
      prepare: () => Promise.reject(new Error('not asked for')),
      execute: () => Promise.reject(new Error('not asked for')),
      deliver: () => Promise.reject(new Error('not asked for')),
      subscribe: () => Promise.reject(new Error('the subscription was started')),
    },
    rush: { isOn: false },
    openSockets,
    budgets: undefined,
    generation: () => generation,
    explanations: { toEverybody: false, hasSql: false },
    log,
    onSettled: ({ status }) => settled.push(status),
  });
  const cancellation = new Cancellation();
  const entered = await pipeline.enter({ id: '1', startedAt: performance.now(), address: '127.0.0.1', cancellation });
  const outcome = pipeline.run({
    ...entered,
    clientRequestId: undefined,
    headers: {},
    message: undefined,
    source: watchQuery,
    operationName: undefined,
    variables: { ids: ['1'] },
    extensions: {},
    idempotencyKey: undefined,
    onError: 'PROPAGATE',
    readOnly: false,
    accepts: { events: true, parts: undefined },
    holdsConnection: true,
  });
  await identifying.promise;
  cancellation.cancel();
  identified.resolve();
  expect(await outcome).toMatchObject({ kind: 'refused', errors: [{ extensions: { code: 'REQUEST_CANCELLED' } }] });
  expect([settled, openSockets.hasRoomFor('127.0.0.1')]).toEqual([[499], true]);
});

test('a websocket that subscribes and completes at once leaves no subscription behind', async () => {
  const socket = await live.socket();
  const query = watchQuery.replace('Watch', 'Brief'); // a text that the gateway has yet to check and plan
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ id: '1', type: 'subscribe', payload: { query, variables: { ids: ['1'] } } });
  send({ id: '1', type: 'complete' });
  send({ id: '2', type: 'subscribe', payload: { query, variables: { ids: ['2'] } } });
  await live.graph.subscribed(1);
  const event = once(socket, 'message');
  await live.graph.move('1', 1);
  await live.graph.move('2', 2);
  expect(JSON.parse(String((await event)[0]))).toMatchObject({ id: '2', type: 'next' });
  expect(live.graph.counts).toMatchObject({ subscriptions: 1, ended: 0 });
});
