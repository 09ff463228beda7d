import { CloseCode, type Message, MessageType, validateMessage } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphError } from '../engine/ports.ts';
import type { WebSocketOptions } from './config.ts';
import { isObject, parseFor, toErrors } from './read-response.ts';

/** What an event of a subscription arrives as. */
export interface ReceivedEvent {
  /** As the subgraph sent it, of any shape. */
  readonly result: unknown;
  /** Of the message it came in. */
  readonly bytes: number;
}

/** Closings that graphql-ws has told its subscriptions of before it closes. */
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
 * A class of sockets for the client of graphql-ws. That client listens to all of its sockets at once: a socket that fails and closes later ends
 * the connection that was made meanwhile, whose subscriptions would then be asked for twice. These sockets tell of their end once, when it
 * comes, and of nothing after it.
 * @param onBroken hears why a socket was cut because of what the subgraph sent; graphql-ws then reconnects
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
    /** Never called: `onclose` says it all. */
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
      else this.#socket.terminate(); // whoever broke the protocol or has gone doesn't answer a close
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
        this.#break('A subgraph sent a message that is not of the subscription protocol.');
        return;
      }
      this.onmessage?.({ data: message });
    }

    #fail(error: Error & { readonly code?: string }): void {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
        this.#break('A subgraph sent an event that is too large.');
      else if (error.code?.startsWith('WS_ERR_')) this.#break('A subgraph sent what is not of the websocket protocol.');
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

/** @throws when it is no message of graphql-transport-ws */
function readMessage(data: Buffer, exactNumbers: boolean): Message {
  const message = parseFor(exactNumbers, data, 'all');
  if (!isObject(message)) throw new Error('no object');
  const { type, payload } = message;
  // What is wrong with one event or refusal concerns its own subscription, not the socket.
  if (type === MessageType.Next) message.payload = { result: payload, bytes: data.length } satisfies ReceivedEvent;
  if (type === MessageType.Error) message.payload = toRefusals(payload);
  return validateMessage(message);
}

/** At least one error, each with a message: graphql-ws takes nothing else. */
function toRefusals(payload: unknown): SubgraphError[] {
  const errors = toErrors(payload);
  return (errors.length > 0 ? errors : [{}]).map((error) => ({ message: undefined, ...error }));
}
