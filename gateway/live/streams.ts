import type { Log } from '#shared/runtime/log.ts';
import { currentSpan } from '#shared/runtime/tracing/current-work.ts';
import { noTracer, type Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { Access } from '../access/caller.ts';
import { timeLimitOf } from '../access/documents/time-limit.ts';
import type { Engine } from '../engine/engine.ts';
import type { PreparedOperation } from '../engine/operation.ts';
import type { Checked } from '../pipeline/stages.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { LivePayload } from './outbox.ts';
import { SharedStream } from './shared-stream.ts';
import { stableText } from './stable-text.ts';

export interface LiveStreamsOptions {
  readonly access: Access;
  /** Milliseconds that the fetches of one event may take. */
  readonly requestTimeoutMs: number;
  /** Milliseconds between two checks of the clients' credentials. */
  readonly renewalMs: number;
  readonly log: Log;
  /** By default events are not traced. */
  readonly tracer?: Tracer;
  /** Called for each payload that a client loses because it reads too slowly. */
  readonly onDrop: () => void;
  /** Called for each event with the number of clients that get it. */
  readonly onDelivered: (clients: number) => void;
}

/** The running subscriptions. Equal ones share one stream. */
export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #open = new Set<SharedStream>();
  readonly #byKey = new WeakMap<Generation, Map<string, SharedStream>>();
  #isClosing = false;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
  }

  /** True if streams end because the gateway stops. Edges then omit `complete`, so that clients reconnect. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Streams that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Subscriptions of clients that are open. */
  get subscriptions(): number {
    let sum = 0;
    for (const stream of this.#open) sum += stream.clients;
    return sum;
  }

  /** Ends every stream. */
  close(): void {
    this.#isClosing = true;
    for (const stream of this.#open) stream.close();
  }

  /** Identifies the clients of all streams again, after access was revoked. */
  async renew(): Promise<void> {
    for (const stream of this.#open) await stream.renew();
  }

  /** Returns the payloads of a subscription, from a running stream or from a new one. They end when the signal aborts. */
  join(
    checked: Checked,
    engine: Engine,
    operation: PreparedOperation,
    signal: AbortSignal,
  ): AsyncIterableIterator<LivePayload> {
    const { access, requestTimeoutMs, renewalMs, log, tracer = noTracer, onDrop, onDelivered } = this.#options;
    const streams = this.#of(checked.generation);
    const key = streamKey(checked);
    const identify = () => access.identify(checked.headers, checked.address);
    const known = streams.get(key);
    if (known) return known.join(identify).endOnAbort(signal);
    const work = {
      engine,
      operation,
      variables: checked.variables,
      requestId: checked.id,
      onError: checked.onError,
      timeLimit: timeLimitOf(checked.contract, requestTimeoutMs),
      renewalMs,
      tracer,
      beganBy: currentSpan()?.context,
      operationName: checked.operation.name?.value ?? 'anonymous',
      onDrop,
      onDelivered,
    };
    const stream = new SharedStream(work, checked.caller, () => {
      streams.delete(key);
      this.#open.delete(stream);
    });
    streams.set(key, stream);
    this.#open.add(stream);
    const outbox = stream.join(identify);
    void stream.run((error) => log.error({ err: error, requestId: checked.id }, 'subscription failed'));
    return outbox.endOnAbort(signal);
  }

  #of(generation: Generation): Map<string, SharedStream> {
    const known = this.#byKey.get(generation);
    if (known) return known;
    const made = new Map<string, SharedStream>();
    this.#byKey.set(generation, made);
    return made;
  }
}

/** Makes a key that is equal for subscriptions with the same document, variables and permissions. */
function streamKey({ caller, operationName, onError, contract, variables, source }: Checked): string {
  return [caller.key, operationName ?? '', onError, contract?.timeoutMs ?? '', stableText(variables), source].join(
    '\n',
  );
}
