import { GraphError } from '#shared/errors/errors.ts';
import type { Channel } from '#shared/live/channel.ts';
import type { Caller } from '../access/caller.ts';
import type { Engine, Variables } from '../engine/engine.ts';
import type { ErrorBehavior } from '../engine/error-behavior.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import type { RequestScope } from '../engine/ports.ts';
import { responseText } from '../engine/respond/response.ts';
import { openOutbox } from './outbox.ts';

/** What all clients of a stream have in common. */
export interface SharedWork {
  readonly engine: Engine;
  readonly operation: PreparedOperation;
  readonly variables: Variables;
  readonly requestId: string;
  readonly onError: ErrorBehavior;
  /** Milliseconds that the fetches of one event may take. */
  readonly eventTimeoutMs: number;
  /** Milliseconds after which clients are asked for their credentials again; identity tokens last longer. */
  readonly renewalMs: number;
  /** Called for each payload that a client loses because it reads too slowly. */
  readonly onDrop: () => void;
}

/** Who a client of the stream is, as of now; rejects when its credentials have expired. */
export type Identify = () => Promise<Caller>;

/**
 * One subscription to a subgraph for all clients that ask the same with the same permissions: each event is enriched and
 * serialized once (see docs/performance.md, P9 and P10). It begins with its first client and ends with its last.
 */
export class SharedStream {
  readonly #work: SharedWork;
  readonly #onEnd: () => void;
  readonly #members = new Map<Channel<string>, Identify>();
  readonly #leaving = new AbortController();
  readonly #renewal: NodeJS.Timeout;
  /** Speaks for all clients of the stream: what subgraphs see of them is equal. */
  #caller: Caller;
  readonly #identityKey: string;

  constructor(work: SharedWork, caller: Caller, onEnd: () => void) {
    this.#work = work;
    this.#caller = caller;
    this.#identityKey = caller.key;
    this.#onEnd = onEnd;
    this.#renewal = setInterval(() => void this.#renew(), work.renewalMs).unref();
  }

  /** Adds a client; its payloads begin with the next event. */
  join(identify: Identify): Channel<string> {
    const outbox = openOutbox(() => {
      this.#members.delete(outbox);
      if (this.#members.size === 0) this.#stop();
    }, this.#work.onDrop);
    this.#members.set(outbox, identify);
    return outbox;
  }

  /** Runs until the source ends or the last client has left; never rejects. */
  async run(onError: (error: unknown) => void): Promise<void> {
    const { engine, operation, variables } = this.#work;
    try {
      const responses = engine.subscribe(operation, variables, this.#scope(), {
        scopeOfEvent: () => this.#scopeOfEvent(),
        onDefect: onError,
      });
      for await (const response of responses) {
        const text = responseText(response);
        for (const outbox of this.#members.keys()) outbox.push(text, text.length);
      }
    } catch (error) {
      onError(error);
      this.#tellAll(new GraphError('INTERNAL_SERVER_ERROR', 'Internal server error'));
    } finally {
      this.#stop();
      for (const outbox of this.#members.keys()) outbox.end();
    }
  }

  /** Ends it for all clients. */
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
      // Read again whenever the subgraph is subscribed to again: the identity token of the beginning has expired by then.
      get headers() {
        return headers();
      },
      headersFor: (subgraph) => this.#headersFor(subgraph),
      signal: this.#leaving.signal,
    };
  }

  #scopeOfEvent(): RequestScope {
    const { requestId, onError, eventTimeoutMs } = this.#work;
    return {
      requestId,
      onError,
      identityKey: this.#identityKey,
      headers: { ...this.#caller.headers, 'x-request-id': requestId },
      headersFor: (subgraph) => this.#headersFor(subgraph),
      signal: this.#leaving.signal,
      deadline: performance.now() + eventTimeoutMs,
    };
  }

  #headersFor(subgraph: string): Readonly<Record<string, string>> {
    return this.#caller.headersFor?.(subgraph) ?? {};
  }

  /** Asks clients again who they are, and ends the subscription of every client whose credentials have expired. */
  async #renew(): Promise<void> {
    for (const [outbox, identify] of this.#members) {
      try {
        this.#caller = await identify();
      } catch {
        this.#tell(outbox, new GraphError('UNAUTHENTICATED', 'A valid access token is required; it has expired.'));
        outbox.end();
      }
    }
  }

  #tellAll(error: GraphError): void {
    for (const outbox of this.#members.keys()) this.#tell(outbox, error);
  }

  #tell(outbox: Channel<string>, { message, extensions }: GraphError): void {
    const told = { message, extensions: { ...extensions, requestId: this.#work.requestId } };
    const text = JSON.stringify({ errors: [told] });
    outbox.push(text, text.length);
  }

  #stop(): void {
    if (this.#leaving.signal.aborted) return;
    clearInterval(this.#renewal);
    this.#leaving.abort();
    this.#onEnd();
  }
}
