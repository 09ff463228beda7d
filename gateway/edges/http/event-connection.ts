import type { FastifyReply } from 'fastify';
import type { Identity } from '#shared/identity/identity.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Cancellation } from '../../pipeline/cancellation.ts';
import { payloadText, type Responded, type Streaming } from '../../pipeline/outcome.ts';
import { WaitingLine } from '../../pipeline/waiting-line.ts';
import { type ConnectionOperation, ConnectionOperations } from '../connection-operations.ts';
import { StreamWriter, type StreamWriterOptions } from './stream-writer.ts';
import { once } from './streams.ts';

/** Milliseconds in which the client must open the stream of a reserved connection. */
const connectMs = 30_000;
/** Characters of results that may wait for the client. Above that, further operations wait until it has read them. */
const maxUnread = 64 * 1024;

export interface EventConnectionOptions {
  /** Who has reserved the connection. */
  readonly owner: Identity;
  /** Operations that may run at once. */
  readonly maxOperations: number;
  /** Called once, when the stream ends or was not opened in time. */
  readonly onClose: () => void;
}

/** An event stream that carries the results of several operations ("single connection mode" of the graphql-sse protocol). */
export class EventConnection {
  readonly #owner: Identity;
  readonly #operations: ConnectionOperations;
  readonly #onClose: () => void;
  /** Resolves with the stream, or with undefined if it was not opened. */
  readonly #opened = Promise.withResolvers<StreamWriter | undefined>();
  readonly #expiry: NodeJS.Timeout;
  /** Operations that wait until the client has read earlier results. */
  readonly #waiting: WaitingLine;
  #unread = 0;
  #phase: 'reserved' | 'open' | 'closed' = 'reserved';

  constructor({ owner, maxOperations, onClose }: EventConnectionOptions) {
    this.#owner = owner;
    this.#operations = new ConnectionOperations(maxOperations);
    this.#waiting = new WaitingLine(maxOperations, 'for the client to read earlier results');
    this.#onClose = onClose;
    this.#expiry = setTimeout(() => this.close(), connectMs).unref();
  }

  /** True for the account that has reserved the connection. One that an anonymous caller reserved is open to everyone who knows its token. */
  admits(caller: Identity): boolean {
    if (this.#owner.kind !== 'account') return true;
    return caller.kind === 'account' && caller.accountId === this.#owner.accountId;
  }

  /** Opens the stream. @throws RequestRefusal CONFLICT if it is already open */
  open(reply: FastifyReply, options: StreamWriterOptions): void {
    if (this.#phase !== 'reserved')
      throw new RequestRefusal('CONFLICT', 'The event stream of this token is already open.');
    this.#phase = 'open';
    clearTimeout(this.#expiry);
    this.#opened.resolve(new StreamWriter(reply, 'event-stream', options));
    options.cancellation.onCancel(() => this.close());
  }

  /** Ends the stream and its operations. Omits `complete`, so that clients do not take the operations for finished. */
  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    clearTimeout(this.#expiry);
    this.#operations.cancelAll();
    this.#opened.resolve(undefined);
    void this.#opened.promise.then((writer) => writer?.end());
    this.#onClose();
  }

  /** Begins an operation under an id of the client. @throws RequestRefusal CONFLICT, REQUEST_CONCURRENCY_LIMITED */
  begin(id: string): ConnectionOperation {
    if (this.#operations.has(id)) {
      const message = `An operation with the id ${JSON.stringify(id.slice(0, 60))} is already running. Choose another id.`;
      throw new RequestRefusal('CONFLICT', message);
    }
    const operation = this.#operations.begin(id);
    try {
      operation.requireRoom();
    } catch (error) {
      operation.end();
      throw error;
    }
    if (this.#phase === 'closed') operation.cancellation.cancel();
    return operation;
  }

  /** Ends an operation. Nothing more is sent for it. */
  cancel(id: string): void {
    this.#operations.cancel(id);
  }

  /** Resolves when an operation may run: at once, or when the client has read the results that wait for it. */
  async whenRead(operation: Cancellation): Promise<void> {
    if (this.#unread > maxUnread) await this.#waiting.join(operation);
  }

  /** Sends the results of an operation, and `complete` after them. */
  async send(id: string, outcome: Responded | Streaming, { cancellation, end }: ConnectionOperation): Promise<void> {
    try {
      const named = `{"id":${JSON.stringify(id)}`;
      for await (const payload of payloadsOf(outcome)) {
        await this.#write('next', `${named},"payload":${payloadText(payload)}}`, cancellation);
        if (cancellation.isCancelled) break;
      }
      await this.#write('complete', `${named}}`, cancellation);
    } finally {
      end();
    }
  }

  async #write(event: string, data: string, operation: Cancellation): Promise<void> {
    this.#unread += data.length;
    const writer = await this.#opened.promise;
    await writer?.write(`event: ${event}\ndata: ${data}\n\n`, operation);
    this.#unread -= data.length;
    if (this.#unread > maxUnread) return;
    while (this.#waiting.size > 0) this.#waiting.beginFirst();
  }
}

function payloadsOf(outcome: Responded | Streaming): Streaming['payloads'] {
  return outcome.kind === 'response' ? once(String(outcome.body.read())) : outcome.payloads;
}
