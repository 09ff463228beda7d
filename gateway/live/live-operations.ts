import type { IncomingHttpHeaders } from 'node:http';
import { GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { GraphError } from '#shared/errors.ts';
import { newId } from '#shared/ids.ts';
import type { Log } from '#shared/log.ts';
import type { Access } from '../access/caller.ts';
import { checkDocument } from '../access/steps.ts';
import type { ClientRequest } from '../client-request.ts';
import { RequestError } from '../engine/errors.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import { prepareOperation } from '../execute/execute-operation.ts';
import { createRequestScope } from '../execute/request-scope.ts';
import { publicError } from '../http/public-error.ts';
import type { Generation } from '../supergraph/generation.ts';
import { findFaults } from './find-faults.ts';
import { SharedStream } from './shared-stream.ts';
import { stableText } from './stable-text.ts';

/** One operation from an edge that can answer more than once. */
export interface LiveRequest {
  readonly source: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of the connection or request: they say who is asking. */
  readonly headers: IncomingHttpHeaders;
  readonly id?: string;
  /** Refuses mutations: pages of other sites can make a browser send a GET. */
  readonly readOnly?: boolean;
  /** Aborted when the client has left. */
  readonly signal: AbortSignal;
}

export type LiveAnswer =
  /** It can't run at all. */
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLFormattedError[] }
  /** Whole GraphQL responses (or parts of one, with `@defer`) as JSON texts. */
  | { readonly kind: 'payloads'; readonly payloads: AsyncIterable<string> };

export interface LiveOptions {
  readonly access: Access;
  readonly generation: () => Generation;
  readonly requestTimeoutMs: number;
  /** Milliseconds after which the clients of a subscription are asked for their credentials again. */
  readonly renewalMs: number;
  readonly overrideLabels: ReadonlySet<string>;
  readonly log: Log;
  readonly onAnswer: (request: ClientRequest, status: number) => void;
}

/** Runs operations for edges that can answer more than once: websockets, server-sent events, multipart. */
export class LiveOperations {
  readonly #options: LiveOptions;
  readonly #open = new Set<SharedStream>();
  #isClosing = false;
  readonly #streams = new WeakMap<Generation, Map<string, SharedStream>>();

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Streams end because the gateway stops, not because they are complete: their clients should ask elsewhere. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Ends every shared stream. */
  close(): void {
    this.#isClosing = true;
    for (const stream of this.#open) stream.close();
  }

  async open(live: LiveRequest): Promise<LiveAnswer> {
    const generation = this.#options.generation();
    const request: ClientRequest = {
      id: live.id ?? newId(),
      startedAt: performance.now(),
      headers: live.headers,
      source: live.source,
      requestedOperation: live.operationName,
      generation,
      signal: live.signal,
      caller: undefined,
      document: undefined,
      operation: undefined,
      errorCodes: [],
    };
    generation.retain();
    try {
      const payloads = await this.#start(request, live);
      // A subscription has its plan and may last for days: it must not keep the planner of its supergraph, a thread, as long.
      const lasting = request.operation?.operation === OperationTypeNode.SUBSCRIPTION;
      if (lasting) generation.release();
      return { kind: 'payloads', payloads: whole(payloads, () => this.#finish(request, 200, lasting)) };
    } catch (error) {
      const errors = this.#publicErrors(error, request);
      request.errorCodes.push(...errors.map(({ extensions }) => String(extensions?.['code'])));
      this.#finish(request, 400);
      return { kind: 'refused', errors };
    }
  }

  async #start(request: ClientRequest, live: LiveRequest): Promise<AsyncIterable<string>> {
    const { access, requestTimeoutMs, overrideLabels } = this.#options;
    const { engine } = request.generation;
    if (!engine) throw new GraphError('BAD_REQUEST', 'Live operations need the gateway to run with --engine freight.');
    request.caller = await access.identify(request.headers);
    await checkDocument(request);
    if (!request.document || !request.operation) throw findFaults(request.generation, live.source, live.operationName);
    const { operation: definition } = request;
    if (live.readOnly && definition.operation === OperationTypeNode.MUTATION) {
      throw new GraphError('BAD_REQUEST', 'A mutation has to be sent by POST.');
    }
    const operation = await prepareOperation(engine, request, { overrideLabels, incremental: true });
    if (definition.operation === OperationTypeNode.SUBSCRIPTION) {
      operation.coerceVariables(live.variables); // variables that don't fit end here, not in the shared stream
      return this.#join(request, live, operation);
    }
    return engine.deliver(operation, live.variables, createRequestScope(request, requestTimeoutMs));
  }

  #join(request: ClientRequest, live: LiveRequest, operation: PreparedOperation): AsyncIterable<string> {
    const { access, requestTimeoutMs, renewalMs, log } = this.#options;
    const { generation, caller } = request;
    const { engine } = generation;
    if (!caller || !engine) throw new Error('joined before it was checked');
    const streams = this.#streams.get(generation) ?? new Map<string, SharedStream>();
    this.#streams.set(generation, streams);
    const key = keyOf(live, caller.key);
    const identify = () => access.identify(live.headers);
    const known = streams.get(key);
    if (known) return leaveOnAbort(known.join(identify), live.signal);
    const work = {
      engine,
      operation,
      variables: live.variables,
      requestId: request.id,
      eventTimeoutMs: requestTimeoutMs,
      renewalMs,
    };
    const stream = new SharedStream(work, caller, () => {
      streams.delete(key);
      this.#open.delete(stream);
    });
    streams.set(key, stream);
    this.#open.add(stream);
    const outbox = stream.join(identify);
    void stream.run((error) => log.error({ err: error, requestId: request.id }, 'subscription failed'));
    return leaveOnAbort(outbox, live.signal);
  }

  #finish(request: ClientRequest, status: number, released = false): void {
    if (!released) request.generation.release();
    this.#options.onAnswer(request, status);
  }

  #publicErrors(error: unknown, { id }: ClientRequest): GraphQLFormattedError[] {
    if (error instanceof RequestError) {
      return error.errors.map(({ message, locations, path, extensions }) => ({
        message,
        ...(locations && { locations }),
        ...(path && { path }),
        extensions: { ...extensions, requestId: id },
      }));
    }
    const shown =
      error instanceof GraphQLError ? error : new GraphQLError('unexpected', { originalError: asError(error) });
    return [publicError(shown.toJSON(), error, id, this.#options.log)];
  }
}

/** Equal for subscriptions that can share everything: document, variables, and what the caller may see. */
function keyOf(live: LiveRequest, callerKey: string): string {
  return [callerKey, live.operationName ?? '', stableText(live.variables), live.source].join('\n');
}

function leaveOnAbort<S extends AsyncIterableIterator<string>>(stream: S, signal: AbortSignal): S {
  const leave = () => void stream.return?.();
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return stream;
}

/** Passes payloads on and says once when they are over, however they end. */
async function* whole(payloads: AsyncIterable<string>, onEnd: () => void): AsyncGenerator<string> {
  try {
    yield* payloads;
  } finally {
    onEnd();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
