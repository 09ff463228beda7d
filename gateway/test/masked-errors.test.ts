import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { OpenSockets } from '../access/clients/open-sockets.ts';
import { TrustedDocuments } from '../access/documents/trusted-documents.ts';
import { createOpenAccess } from '../access/open-access.ts';
import { MemoryNonces } from '../access/signatures/memory-nonces.ts';
import { Signatures } from '../access/signatures/signatures.ts';
import { Engine } from '../engine/engine.ts';
import { type Planner, PlanningFailure } from '../engine/planning/planner.ts';
import { loadSupergraphModel } from '../engine/supergraph/model.ts';
import { createErrorPolicy } from '../errors/error-policy.ts';
import { LiveStreams } from '../live/streams.ts';
import { Cancellation } from '../pipeline/cancellation.ts';
import { createEngineExecutor } from '../pipeline/engine-executor.ts';
import type { Executor } from '../pipeline/executor.ts';
import { payloadText } from '../pipeline/outcome.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import type { Arrived } from '../pipeline/stages.ts';
import { readGatewayConfig } from '../read-config.ts';
import type { Generation } from '../supergraph/generation.ts';
import { openGeneration } from '../supergraph/open-generation.ts';
import { type SmallGraph, startSmallGraph } from '../testing/small-graph.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { createTransport } from '../transport/transport.ts';

/** Clients see a masked error with a request id. Operators find the full error in the log under this id. */
interface Entry {
  readonly requestId?: string;
  readonly reason?: string;
  readonly err?: { readonly message: string };
}

function capturedLog() {
  const entries: Entry[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void entries.push(JSON.parse(line) as Entry) });
  const of = (requestId: unknown) => entries.filter((entry) => entry.requestId === requestId);
  return { log, of };
}

let graph: SmallGraph;
beforeAll(async () => {
  graph = await startSmallGraph();
});
afterAll(() => graph.close());

describe.each(['freight', 'apollo'] as const)('under the engine %s', (engine) => {
  test('an error that a subgraph did not write for clients is masked', async () => {
    const { log, of } = capturedLog();
    await using gateway = await startTestGateway({ engine }, graph, log);
    const { errors } = await gateway.ask('{ failing }');
    expect(errors).toMatchObject([{ message: 'Subgraph "people" reported an error' }]);
    expect(of(errors[0]?.extensions.requestId)).toEqual([
      expect.objectContaining({ subgraph: 'people', reason: 'connect ECONNREFUSED 10.1.2.3:5432' }),
    ]);
  });

  test('the reason why a subgraph could not be reached is masked', async () => {
    const { log, of } = capturedLog();
    const subgraphUrls = { people: 'http://127.0.0.1:1/graphql' };
    await using gateway = await startTestGateway({ engine, subgraphUrls }, graph, log);
    const { errors } = await gateway.ask('{ people { name } }');
    expect(errors).toMatchObject([{ message: 'A subgraph could not be reached.' }]);
    expect(JSON.stringify(errors)).not.toContain('127.0.0.1');
    expect(of(errors[0]?.extensions.requestId)).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: expect.stringContaining('127.0.0.1:1') }) }),
    ]);
  });
});

describe('a defect of the gateway itself', () => {
  const silent = pino({ level: 'silent' });
  const config = readGatewayConfig([], {});
  const transport = createTransport({ subgraphs: {} });
  const trusted = new TrustedDocuments();
  let generation: Generation;
  beforeAll(async () => {
    const errorPolicy = createErrorPolicy(config, silent);
    generation = await openGeneration(
      graph.supergraphSdl,
      { config, transport, errorPolicy, trusted, log: silent, onUnservable() {} },
      undefined,
    );
  });
  afterAll(async () => {
    await generation.close();
    await transport.close();
  });

  const defect = () => new Error('cannot read properties of undefined');
  const defective: Executor = {
    prepare: () => Promise.reject(defect()),
    execute: () => Promise.reject(defect()),
    subscribe: () => Promise.reject(defect()),
    async deliver() {
      return (async function* () {
        yield '{"data":{},"hasNext":true}';
        throw defect();
      })();
    },
  };

  function run(source: string, executor: Executor = defective, served: Generation = generation) {
    const { log, of } = capturedLog();
    const pipeline = new Pipeline({
      signatures: new Signatures(new MemoryNonces()),
      ...config,
      documents: { ...config.documents, trusted, onUnlisted() {} },
      access: createOpenAccess([]),
      executor,
      rush: { isOn: false },
      openSockets: new OpenSockets(1),
      budgets: undefined,
      generation: () => served,
      explanations: { toEverybody: false, hasSql: false },
      log,
      onSettled: () => {},
    });
    const arrived: Arrived = {
      id: 'request-1',
      startedAt: performance.now(),
      address: '127.0.0.1',
      cancellation: new Cancellation(),
    };
    const operation = {
      clientRequestId: undefined,
      headers: {},
      message: undefined,
      source,
      operationName: undefined,
      variables: {},
      extensions: {},
      idempotencyKey: undefined,
      readOnly: false,
      accepts: { events: true, parts: '2022' as const },
      holdsConnection: true,
      onError: 'PROPAGATE' as const,
    };
    const outcome = pipeline.enter(arrived).then((entered) => pipeline.run({ ...entered, ...operation }));
    return { outcome, logged: () => of('request-1') };
  }
  const masked = {
    message: 'Internal server error',
    extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId: 'request-1' },
  };

  test('before the response', async () => {
    const { outcome, logged } = run('{ people { name } }');
    expect(await outcome).toMatchObject({ kind: 'refused', status: 500, errors: [masked] });
    expect(logged()).toMatchObject([{ err: { message: defect().message } }]);
  });

  test('between two parts of a response is reported in the last part', async () => {
    const { outcome, logged } = run('{ people { id ... @defer { name } } }');
    const started = await outcome;
    if (started.kind !== 'stream') throw new Error('a stream was expected');
    const parts = await Array.fromAsync(started.payloads, (payload) => JSON.parse(payloadText(payload)));
    expect(parts).toEqual([
      { data: {}, hasNext: true },
      { errors: [masked], hasNext: false },
    ]);
    expect(logged()).toMatchObject([{ err: { message: defect().message } }]);
  });

  test('of the planner', async () => {
    const planner: Planner = {
      plan: () => Promise.reject(new PlanningFailure('failed', defect().message)),
      close: async () => {},
    };
    const model = loadSupergraphModel(graph.supergraphSdl);
    const errorPolicy = createErrorPolicy(config, silent);
    const engine = new Engine({ model, planner, transport, errorPolicy });
    const streams = new LiveStreams({
      ...config,
      onDrop: () => {},
      onDelivered: () => {},
      renewalMs: 1_000,
      access: createOpenAccess([]),
      log: silent,
    });
    const executor = createEngineExecutor({ ...config, streams });
    const { outcome, logged } = run('{ people { name } }', executor, { ...generation, engine });
    expect(await outcome).toMatchObject({
      errors: [{ message: 'The operation could not be planned', extensions: { requestId: 'request-1' } }],
    });
    expect(logged()).toMatchObject([{ err: { message: defect().message } }]);
  });
});
