import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { CloseCode, type Message, MessageType, type SubscribeMessage, validateMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { errorTable } from '#shared/errors/errors.ts';
import { newId } from '#shared/ids.ts';
import type { Span, Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { Caller } from '../../access/caller.ts';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import type { OpenSockets } from '../../access/clients/open-sockets.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { type Outcome, payloadText } from '../../pipeline/outcome.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Entered, Received } from '../../pipeline/stages.ts';
import { beginRequest } from '../begin-request.ts';
import { type ConnectionOperation, ConnectionOperations } from '../connection-operations.ts';
import { givenKey } from '../given-key.ts';
import { readErrorBehavior } from '../read-error-behavior.ts';
import { readJson } from '../read-json.ts';
import { closeReason } from './close-reason.ts';
import { ControlMessages, isControl } from './control-messages.ts';
import { readInitHeaders } from './init-headers.ts';

export interface WebSocketSessionOptions {
  readonly pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>;
  /** Finds the caller by the values of `connection_init`. Rejects if the token or the API key is invalid. */
  readonly authenticate: (headers: IncomingHttpHeaders, address: string) => Promise<Caller>;
  readonly openSockets: OpenSockets;
  /** Operations that may run at once on one connection. */
  readonly maxOperations: number;
  readonly readOrigin: ReadOrigin;
  readonly tracer: Tracer;
  /** Called for defects of the gateway. The connection is then closed. */
  readonly onError: (error: unknown) => void;
}

/** Milliseconds in which a client must send `connection_init`. */
const initMs = 10_000;
/** Characters of the id of an operation, which every message about it repeats. */
const maxIdLength = 200;
/** Bytes that may wait in the send buffer. Above that, the gateway neither reads from the client nor sends to it until the buffer drains. */
const maxBufferedBytes = 64 * 1024;

const namedDocument = z.looseObject({
  type: z.literal(MessageType.Subscribe),
  payload: z.union([
    z.looseObject({ documentId: z.string() }),
    z.looseObject({ extensions: z.looseObject({ persistedQuery: z.looseObject({}) }) }),
  ]),
});
/** WebSocket close codes (IANA registry): clients of graphql-ws connect again after them. */
const policyViolation = 1008;
const tryAgainLater = 1013;

/**
 * One connection. graphql-ws parses and checks the messages of the protocol. The server loop is ours, because the loop of graphql-ws would
 * serialize every payload again for every client.
 */
export class WebSocketSession {
  readonly #socket: WebSocket;
  readonly #options: WebSocketSessionOptions;
  readonly #address: string;
  readonly #operations: ConnectionOperations;
  readonly #control = new ControlMessages();
  readonly #initTimeout: NodeJS.Timeout;
  #headers: IncomingHttpHeaders;
  /** Resolves when the process has written the last message. */
  #flushed: Promise<void> = Promise.resolve();
  /** Resolves when the process has written the last payload that had to wait for others. */
  #turn: Promise<void> = Promise.resolve();
  #phase: 'new' | 'initialising' | 'acknowledged' = 'new';

  constructor(socket: WebSocket, request: IncomingMessage, options: WebSocketSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#operations = new ConnectionOperations(options.maxOperations);
    this.#headers = request.headers;
    this.#address = options.readOrigin(request).address;
    this.#initTimeout = setTimeout(
      () => socket.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'),
      initMs,
    ).unref();
    socket.on('message', (data: Buffer) => {
      if (this.#isEnded()) return;
      this.#handle(data).catch((error: unknown) => this.#fail(error));
      this.#pauseWhileFull();
    });
    socket.on('ping', (data) => {
      if (this.#isEnded() || this.#refuseControl(data.length)) return;
      void this.#flush((done) => socket.pong(data, false, done));
      this.#pauseWhileFull();
    });
    socket.once('close', () => {
      clearTimeout(this.#initTimeout);
      this.#operations.cancelAll();
    });
  }

  async #handle(data: Buffer): Promise<void> {
    let message: Message;
    try {
      message = validateMessage(withQuery(readJson(data, 'The message')));
    } catch {
      this.#socket.close(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    if (isControl(message, (id) => this.#operations.has(id)) && this.#refuseControl(data.length)) return;
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.#initialise(message.payload);
      case MessageType.Ping:
        return this.#send(
          JSON.stringify({ type: MessageType.Pong, ...(message.payload && { payload: message.payload }) }),
        );
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.#subscribe(message);
      case MessageType.Complete:
        this.#operations.cancel(message.id);
        return;
      default:
        this.#socket.close(CloseCode.BadRequest, `Unexpected message of type ${message.type} received`);
    }
  }

  async #initialise(payload: unknown): Promise<void> {
    if (this.#phase !== 'new') {
      this.#socket.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
      return;
    }
    this.#phase = 'initialising';
    const given = readInitHeaders(payload);
    if (!given) {
      this.#socket.close(CloseCode.BadRequest, 'A value of connection_init is too long or no header value');
      return;
    }
    this.#headers = { ...this.#headers, ...given };
    try {
      const { identity } = await this.#options.authenticate(this.#headers, this.#address);
      const release = this.#options.openSockets.openFor(identity);
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.once('close', release);
      else release();
    } catch (error) {
      if (!(error instanceof RequestRefusal)) throw error;
      this.#socket.close(errorTable[error.code].retryable ? tryAgainLater : CloseCode.Forbidden, closeReason(error));
      return;
    }
    clearTimeout(this.#initTimeout);
    this.#phase = 'acknowledged';
    await this.#send(JSON.stringify({ type: MessageType.ConnectionAck }));
  }

  async #subscribe({ id, payload }: SubscribeMessage): Promise<void> {
    if (this.#phase !== 'acknowledged') {
      this.#socket.close(CloseCode.Unauthorized, 'Unauthorized');
      return;
    }
    if (id.length > maxIdLength) {
      this.#socket.close(CloseCode.BadRequest, `The id of an operation has at most ${maxIdLength} characters`);
      return;
    }
    if (this.#operations.has(id)) {
      // The id is not repeated, because a reason has room for 123 bytes (RFC 6455, section 5.5).
      this.#socket.close(CloseCode.SubscriberAlreadyExists, 'An operation with this id is already running');
      return;
    }
    const operation = this.#operations.begin(id);
    // A message that was read just before the connection closed arrives after `cancelAll`.
    if (this.#socket.readyState !== this.#socket.OPEN) operation.cancellation.cancel();
    const span = beginRequest(this.#options.tracer, {
      name: 'websocket operation',
      headers: this.#headers,
      extensions: payload.extensions,
      attributes: { 'network.protocol.name': 'websocket' },
      startedAt: performance.now(),
    });
    try {
      await this.#run(id, payload, operation, span);
    } finally {
      span?.end();
      operation.end();
    }
  }

  async #run(
    id: string,
    payload: SubscribeMessage['payload'],
    operation: ConnectionOperation,
    span: Span | undefined,
  ): Promise<void> {
    const { cancellation } = operation;
    const outcome = await this.#execute(payload, operation, span);
    if (outcome.kind === 'stream' && outcome.form === 'events') span?.end(); // the stream may last for days
    switch (outcome.kind) {
      case 'refused':
        if (!cancellation.isCancelled)
          await this.#send(envelope(id, MessageType.Error, JSON.stringify(outcome.errors)));
        return;
      case 'response': {
        const text = String(outcome.body.read());
        if (!cancellation.isCancelled) await this.#sendPayload(envelope(id, MessageType.Next, text));
        break;
      }
      case 'stream':
        for await (const payload of outcome.payloads) {
          if (cancellation.isCancelled) break;
          await this.#sendPayload(envelope(id, MessageType.Next, payloadText(payload)));
        }
    }
    if (!cancellation.isCancelled) await this.#send(JSON.stringify({ id, type: MessageType.Complete }));
  }

  async #execute(
    payload: SubscribeMessage['payload'],
    operation: ConnectionOperation,
    span: Span | undefined,
  ): Promise<Outcome> {
    const { pipeline } = this.#options;
    const { cancellation } = operation;
    const arrived = { id: newId(), startedAt: performance.now(), address: this.#address, cancellation, span };
    try {
      const entered = await pipeline.enter(arrived);
      operation.requireRoom();
      return await pipeline.run(this.#receive(entered, payload));
    } catch (error) {
      return pipeline.refuse(error, arrived);
    }
  }

  #receive(entered: Entered, payload: SubscribeMessage['payload']): Received {
    return {
      ...entered,
      clientRequestId: undefined,
      headers: this.#headers,
      message: undefined,
      source: payload.query,
      documentId: 'documentId' in payload && typeof payload.documentId === 'string' ? payload.documentId : undefined,
      operationName: payload.operationName ?? undefined,
      variables: payload.variables ?? {},
      extensions: payload.extensions ?? {},
      idempotencyKey: givenKey(payload.extensions ?? {}),
      // The type of graphql-ws lacks this parameter.
      onError: readErrorBehavior('onError' in payload ? payload.onError : undefined),
      readOnly: false,
      accepts: { events: true, parts: '2022' },
      holdsConnection: false,
    };
  }

  /**
   * Sends a payload. Resolves when the process has written it, so that each operation buffers one payload at most. For a slow client, all
   * operations together buffer one.
   */
  #sendPayload(text: string): Promise<void> {
    if (this.#socket.bufferedAmount <= maxBufferedBytes) return this.#send(text);
    this.#turn = this.#turn.then(() => this.#send(text));
    return this.#turn;
  }

  #send(text: string): Promise<void> {
    return this.#flush((done) => this.#socket.send(text, done));
  }

  #flush(write: (done: () => void) => void): Promise<void> {
    this.#flushed = new Promise((resolve) => {
      if (this.#socket.readyState === this.#socket.OPEN) write(() => resolve());
      else resolve();
    });
    return this.#flushed;
  }

  /** Back-pressure: stops reading while the send buffer is full. Otherwise pings alone could grow it without bound. */
  #pauseWhileFull(): void {
    if (this.#socket.bufferedAmount <= maxBufferedBytes || this.#socket.isPaused) return;
    this.#socket.pause();
    void this.#flushed.then(() => this.#socket.resume());
  }

  /** Counts a message that begins no operation. Returns true if it ends the connection. */
  #refuseControl(bytes: number): boolean {
    const reason = this.#control.refuse(bytes);
    if (reason !== undefined) this.#socket.close(policyViolation, reason);
    return reason !== undefined;
  }

  /** True once the connection has been closed with a code. Messages that were sent before the client knew it are dropped. */
  #isEnded(): boolean {
    return this.#socket.readyState === this.#socket.CLOSING;
  }

  #fail(error: unknown): void {
    this.#options.onError(error);
    this.#socket.close(CloseCode.InternalServerError, 'Internal server error');
  }
}

/** graphql-ws requires `query`, which a client that names a persisted document leaves out. */
function withQuery(message: unknown): unknown {
  const parsed = namedDocument.safeParse(message);
  return parsed.success ? { ...parsed.data, payload: { query: '', ...parsed.data.payload } } : message;
}

/** Makes a message around a payload that is already JSON text. */
function envelope(id: string, type: MessageType, payload: string): string {
  return `{"id":${JSON.stringify(id)},"type":"${type}","payload":${payload}}`;
}
