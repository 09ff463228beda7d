import { CloseCode, type Message, MessageType, validateMessage } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphError } from '../engine/ports.ts';
import type { WebSocketOptions } from './config.ts';
import { isJsonObject, parseFor, toErrors } from './read-response.ts';

/** An event of a subscription, as the subgraph sent it. */
export interface ReceivedEvent {
  /** The payload, whose shape has not been checked. */
  readonly result: unknown;
  /** Size of the message. */
  readonly bytes: number;
}

/** Close codes that graphql-ws reports to its subscriptions before it closes the socket. */
const alreadyReported: ReadonlySet<number> = new Set([
  CloseCode.BadResponse,
  CloseCode.InternalClientError,
  4499, // terminated by the client itself
]);

export interface SocketOptions extends WebSocketOptions {
  readonly exactNumbers: boolean;
}

interface Closing {
  readonly code: number;
  readonly reason: string;
}

/**
 * Creates a class of sockets for the client of graphql-ws. That client listens to all of its sockets at once. If a socket fails and closes later,
 * the client would also end the connection that it made in between, and subscribe twice. These sockets report their end once and then nothing
 * more.
 * @param onBroken called with the reason if a socket is closed because the subgraph sent an unreadable message; graphql-ws then reconnects
 */
export function subgraphSockets(options: SocketOptions, onBroken: (message: string) => void) {
  return class SubgraphSocket {
    static readonly CONNECTING = WebSocket.CONNECTING;
    static readonly OPEN = WebSocket.OPEN;
    static readonly CLOSING = WebSocket.CLOSING;
    static readonly CLOSED = WebSocket.CLOSED;

    onopen: (() => void) | null = null;
    onmessage: ((event: { readonly data: Message }) => void) | null = null;
    onclose: ((closing: Closing) => void) | null = null;
    /** Required by graphql-ws but never called: `onclose` reports every end. */
    onerror: unknown;
    readonly #socket: WebSocket;
    #acknowledged = false;
    #ended = false;

    constructor(address: string, protocol: string) {
      this.#socket = new WebSocket(address, protocol, {
        maxPayload: options.maxMessageBytes,
        perMessageDeflate: false,
        handshakeTimeout: options.handshakeTimeoutMs,
      });
      this.#socket.on('open', () => this.onopen?.());
      this.#socket.on('message', (data: Buffer) => this.#receive(data));
      this.#socket.on('error', (error) => this.#fail(error));
      this.#socket.on('close', (code, reason) => this.#end({ code, reason: String(reason) }));
    }

    get readyState(): number {
      return this.#ended ? WebSocket.CLOSED : this.#socket.readyState;
    }

    send(text: string): void {
      this.#socket.send(text);
    }

    close(code: number, reason: string): void {
      if (alreadyReported.has(code)) this.#ended = true;
      if (code === 1000) this.#socket.close(code, reason);
      else this.#socket.terminate(); // a dead peer, or one that broke the protocol, does not confirm a close
    }

    #receive(data: Buffer): void {
      if (this.#ended) return;
      let message: Message;
      try {
        message = readMessage(data, options.exactNumbers);
        if (message.type === MessageType.ConnectionAck) this.#acknowledged = true;
        else if (!this.#acknowledged && message.type !== MessageType.Ping && message.type !== MessageType.Pong) {
          throw new Error('a subscription message before the acknowledgement');
        }
      } catch {
        this.#break('A subgraph sent a message that violates the subscription protocol.');
        return;
      }
      this.onmessage?.({ data: message });
    }

    #fail(error: Error & { readonly code?: string }): void {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
        this.#break('A subgraph sent an event that is too large.');
      else if (error.code?.startsWith('WS_ERR_')) this.#break('A subgraph violated the websocket protocol.');
      else this.#end({ code: 1006, reason: '' });
    }

    #break(message: string): void {
      if (this.#ended) return;
      onBroken(message);
      this.#end({ code: 1006, reason: message });
    }

    #end(closing: Closing): void {
      if (this.#ended) return;
      this.#ended = true;
      this.#socket.terminate();
      this.onclose?.(closing);
    }
  };
}

/** @throws when the data is not a message of graphql-transport-ws */
function readMessage(data: Buffer, exactNumbers: boolean): Message {
  const message = parseFor(exactNumbers, data, 'all');
  if (!isJsonObject(message)) throw new Error('the message is not an object');
  const { type, payload } = message;
  // An invalid event or refusal affects its own subscription, not the socket.
  if (type === MessageType.Next) message.payload = { result: payload, bytes: data.length } satisfies ReceivedEvent;
  if (type === MessageType.Error) message.payload = toRefusals(payload);
  return validateMessage(message);
}

/** Makes at least one error, each with a message, as graphql-ws requires. */
function toRefusals(payload: unknown): SubgraphError[] {
  const errors = toErrors(payload);
  return (errors.length > 0 ? errors : [{}]).map((error) => ({ message: undefined, ...error }));
}
