import { GraphError, maskedMessage } from '#shared/errors/errors.ts';
import type { Channel } from '#shared/live/channel.ts';
import type { TraceContext } from '#shared/runtime/tracing/trace-context.ts';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { Caller } from '../access/caller.ts';
import type { TimeLimit } from '../access/documents/time-limit.ts';
import type { Engine, Variables } from '../engine/engine.ts';
import type { ErrorBehavior } from '../engine/error-behavior.ts';
import { RequestError } from '../engine/errors.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import type { RequestScope, SubgraphResult } from '../engine/ports.ts';
import { responseText } from '../engine/respond/response.ts';
import { EventSpans } from './event-spans.ts';
import { type LivePayload, openOutbox } from './outbox.ts';

/** The subscription that all clients of a stream share. */
export interface SharedWork {
  readonly engine: Engine;
  readonly operation: PreparedOperation;
  readonly variables: Variables;
  readonly requestId: string;
  readonly onError: ErrorBehavior;
  /** How long the fetches of one event may take. */
  readonly timeLimit: TimeLimit;
  /** Milliseconds between two checks of the clients' credentials. Must be less than the life of an identity token. */
  readonly renewalMs: number;
  readonly tracer: Tracer;
  /** The operation of the client that began the stream; undefined if its trace is not recorded. */
  readonly beganBy: TraceContext | undefined;
  readonly operationName: string;
  /** Called for each payload that a client loses because it reads too slowly. */
  readonly onDrop: () => void;
  /** Called for each event with the number of clients that get it. */
  readonly onDelivered: (clients: number) => void;
}

/** Identifies a client of the stream again. Rejects if its credentials have expired or were revoked. */
export type Identify = () => Promise<Caller>;

/**
 * One subscription to a subgraph for all clients with the same operation and the same permissions. Each event is enriched and serialized once:
 * see docs/performance.md, P9 and P10. The stream begins with its first client and ends with its last.
 */
export class SharedStream {
  readonly #work: SharedWork;
  readonly #onEnd: () => void;
  readonly #members = new Map<Channel<LivePayload>, Identify>();
  readonly #leaving = new AbortController();
  readonly #renewal: NodeJS.Timeout;
  /** The caller in requests to subgraphs. Subgraphs can't distinguish the clients of a stream. */
  #caller: Caller;
  readonly #identityKey: string;
  readonly #eventSpans: EventSpans;

  constructor(work: SharedWork, caller: Caller, onEnd: () => void) {
    this.#work = work;
    this.#caller = caller;
    this.#identityKey = caller.key;
    this.#onEnd = onEnd;
    this.#eventSpans = new EventSpans(work.tracer, work.operationName, work.beganBy);
    this.#renewal = setInterval(() => void this.renew(), work.renewalMs).unref();
  }

  get clients(): number {
    return this.#members.size;
  }

  /** Adds a client. Its payloads begin with the next event. */
  join(identify: Identify): Channel<LivePayload> {
    const outbox = openOutbox(() => {
      this.#members.delete(outbox);
      if (this.#members.size === 0) this.#stop();
    }, this.#work.onDrop);
    this.#members.set(outbox, identify);
    return outbox;
  }

  /** Runs until the source ends or the last client has left. Never rejects. */
  async run(onError: (error: unknown) => void): Promise<void> {
    const { engine, operation, variables } = this.#work;
    try {
      const responses = engine.subscribe(operation, variables, this.#scope(), {
        scopeOfEvent: (event) => this.#scopeOfEvent(event),
        onDefect: onError,
      });
      for await (const response of responses) {
        // Without data, the source of events has failed and this is the last response.
        if (response.data === undefined) {
          this.#failAll(new RequestError(response.errors));
          return;
        }
        const text = responseText(response);
        const payload = { text, cost: response.cost ?? 0, dropped: 0 };
        this.#work.onDelivered(this.#members.size);
        for (const outbox of this.#members.keys()) outbox.push(payload, text.length);
        this.#eventSpans.endNext(this.#members.size);
      }
    } catch (error) {
      onError(error);
      this.#failAll(new GraphError('INTERNAL_SERVER_ERROR', maskedMessage));
    } finally {
      this.#eventSpans.endAll();
      this.#stop();
      for (const outbox of this.#members.keys()) outbox.end();
    }
  }

  /** Ends the stream for all clients. */
  close(): void {
    for (const outbox of this.#members.keys()) outbox.end();
  }

  #scope(): RequestScope {
    const { requestId, onError } = this.#work;
    const headers = () => ({ ...this.#caller.headers, 'x-request-id': requestId });
    return {
      requestId,
      onError,
      identityKey: this.#identityKey,
      // Read again for each reconnect: the first identity token has expired by then.
      get headers() {
        return headers();
      },
      headersFor: (subgraph) => this.#headersFor(subgraph),
      signal: this.#leaving.signal,
    };
  }

  #scopeOfEvent(event: SubgraphResult): RequestScope {
    const span = this.#eventSpans.begin(event);
    const { requestId, onError, timeLimit } = this.#work;
    const { timeoutMs, contractMs } = timeLimit;
    return {
      requestId,
      onError,
      identityKey: this.#identityKey,
      headers: { ...this.#caller.headers, 'x-request-id': requestId },
      headersFor: (subgraph) => this.#headersFor(subgraph),
      signal: this.#leaving.signal,
      ...(span && { span }),
      deadline: performance.now() + timeoutMs,
      ...(contractMs !== undefined && { contractMs }),
    };
  }

  #headersFor(subgraph: string): Readonly<Record<string, string>> {
    return this.#caller.headersFor?.(subgraph) ?? {};
  }

  /** Identifies all clients again and ends the subscriptions of those whose credentials have expired or were revoked. */
  async renew(): Promise<void> {
    for (const [outbox, identify] of this.#members) {
      try {
        this.#caller = await identify();
      } catch (error) {
        outbox.fail(error instanceof GraphError ? error : new GraphError('INTERNAL_SERVER_ERROR', maskedMessage));
      }
    }
  }

  /** Ends the stream for all clients with an error, after the payloads that wait for them. */
  #failAll(error: Error): void {
    for (const outbox of this.#members.keys()) outbox.fail(error);
  }

  #stop(): void {
    if (this.#leaving.signal.aborted) return;
    clearInterval(this.#renewal);
    this.#leaving.abort();
    this.#onEnd();
  }
}
