import type { FastifyReply } from 'fastify';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Responded, Streaming } from '../../pipeline/outcome.ts';
import { framings, once, openStream, write } from './streams.ts';

/** Milliseconds in which the client must open the stream of a reserved connection. */
const connectMs = 30_000;

/** An event stream that carries the results of several operations ("single connection mode" of the graphql-sse protocol). */
export class EventConnection {
  readonly #maxOperations: number;
  readonly #operations = new Map<string, AbortController>();
  /** Resolves with the HTTP response to write to, or with undefined if the stream was not opened. */
  readonly #connected = Promise.withResolvers<FastifyReply['raw'] | undefined>();
  readonly #onClose: () => void;
  readonly #expiry: NodeJS.Timeout;
  #phase: 'reserved' | 'open' | 'closed' = 'reserved';

  /** @param onClose called once, when the stream ends or was not opened in time */
  constructor(maxOperations: number, onClose: () => void) {
    this.#maxOperations = maxOperations;
    this.#onClose = onClose;
    this.#expiry = setTimeout(() => this.close(), connectMs).unref();
  }

  /** Opens the stream. @throws RequestRefusal CONFLICT if it is already open */
  open(reply: FastifyReply): void {
    if (this.#phase !== 'reserved')
      throw new RequestRefusal('CONFLICT', 'The event stream of this token is already open.');
    this.#phase = 'open';
    clearTimeout(this.#expiry);
    const raw = openStream(reply, 'event-stream');
    const { keepAlive } = framings['event-stream'];
    const alive = keepAlive && setInterval(() => raw.write(keepAlive.text), keepAlive.everyMs).unref();
    raw.once('close', () => {
      clearInterval(alive);
      this.close();
    });
    this.#connected.resolve(raw);
  }

  /** Ends the stream and its operations. Omits `complete`, so that clients do not take the operations for finished. */
  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    clearTimeout(this.#expiry);
    for (const operation of this.#operations.values()) operation.abort();
    this.#connected.resolve(undefined);
    void this.#connected.promise.then((raw) => raw?.end());
    this.#onClose();
  }

  /** Begins an operation under an id of the client. @throws RequestRefusal CONFLICT, REQUEST_CONCURRENCY_LIMITED */
  begin(id: string): AbortController {
    if (this.#operations.has(id)) {
      throw new RequestRefusal(
        'CONFLICT',
        `An operation with the id ${JSON.stringify(id.slice(0, 60))} is already running. Choose another id.`,
      );
    }
    if (this.#operations.size >= this.#maxOperations) {
      const message = `At most ${this.#maxOperations} operations may run at once on one connection. Wait until one has ended.`;
      throw new RequestRefusal('REQUEST_CONCURRENCY_LIMITED', message);
    }
    const operation = new AbortController();
    if (this.#phase === 'closed') operation.abort();
    this.#operations.set(id, operation);
    return operation;
  }

  /** Ends an operation. Nothing more is sent for it. */
  end(id: string): void {
    this.#operations.get(id)?.abort();
    this.#operations.delete(id);
  }

  /** Sends the results of an operation, and `complete` after them. */
  async send(id: string, outcome: Responded | Streaming, { signal }: AbortController): Promise<void> {
    try {
      const raw = await this.#connected.promise;
      const sendEvent = async (event: string, data: string): Promise<void> => {
        if (raw && !signal.aborted) await write(raw, `event: ${event}\ndata: ${data}\n\n`);
      };
      const named = `{"id":${JSON.stringify(id)}`;
      for await (const payload of payloadsOf(outcome)) {
        await sendEvent('next', `${named},"payload":${payload}}`);
        if (!raw || signal.aborted) break;
      }
      await sendEvent('complete', `${named}}`);
    } finally {
      if (this.#operations.get(id)?.signal === signal) this.#operations.delete(id);
    }
  }
}

function payloadsOf(outcome: Responded | Streaming): AsyncIterable<string> {
  return outcome.kind === 'response' ? once(String(outcome.body.read())) : outcome.payloads;
}
