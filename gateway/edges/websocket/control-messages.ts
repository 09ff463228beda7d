import { type Message, MessageType } from 'graphql-ws';
import { TokenBucket } from '../../access/clients/token-bucket.ts';

/** Messages that a client may send beside those of its operations. Clients send a ping every few seconds. */
const rate = { perSecond: 10, burst: 200 };
/** Bytes of such a message. The payload of a ping is sent back. */
const maxBytes = 4_096;

/** Bounds the messages of a connection that begin no operation. Operations count as requests of their client. */
export class ControlMessages {
  readonly #bucket = new TokenBucket(rate, performance.now());

  /** Counts a message. Returns why it must end the connection, if it must. */
  refuse(bytes: number): string | undefined {
    if (bytes > maxBytes) return `A message that begins no operation has at most ${maxBytes} bytes`;
    return this.#bucket.take(performance.now()) > 0 ? 'Too many messages that begin no operation' : undefined;
  }
}

/** True for a message that belongs to no operation. The end of a running one is paid with its beginning. */
export function isControl(message: Message, isRunning: (id: string) => boolean): boolean {
  if (message.type === MessageType.Complete) return !isRunning(message.id);
  return message.type === MessageType.Ping || message.type === MessageType.Pong;
}
