import { WebSocket } from 'ws';
import { watchQuery } from '../../gateway/testing/live-gateway.ts';

/** Many clients with one websocket each. They read only the number of the event from a message. */
export class Crowd {
  readonly #url: string;
  readonly #sockets: WebSocket[] = [];
  #event = -1;
  #missing = 0;
  #onAll = (): void => {};

  constructor(url: string) {
    this.#url = url;
  }

  async join(count: number, idsOf: (subscriber: number) => readonly string[]): Promise<void> {
    for (let subscriber = 0; subscriber < count; subscriber++) await this.#connect(idsOf(subscriber));
  }

  /** Resolves when every client has received the event with this speed. */
  all(speed: number): Promise<void> {
    this.#event = speed;
    this.#missing = this.#sockets.length;
    return new Promise((resolve) => {
      this.#onAll = resolve;
    });
  }

  leave(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #connect(ids: readonly string[]): Promise<void> {
    const socket = new WebSocket(this.#url, 'graphql-transport-ws', { perMessageDeflate: false });
    this.#sockets.push(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    const acknowledged = new Promise((resolve) => socket.once('message', resolve));
    socket.send('{"type":"connection_init"}');
    await acknowledged;
    socket.on('message', (data: Buffer) => {
      if (!data.includes(`"speed":${this.#event},`)) throw new Error(`unexpected message: ${data}`);
      this.#missing -= 1;
      if (this.#missing === 0) this.#onAll();
    });
    // A refused subscription would show as an unexpected message.
    const ponged = this.#roundTrip(socket);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: watchQuery, variables: { ids } } }));
    await ponged;
  }

  /** Resolves with the pong to a ping: the gateway has read all earlier messages. */
  #roundTrip(socket: WebSocket): Promise<void> {
    return new Promise((resolve) => {
      socket.once('pong', () => resolve());
      socket.ping();
    });
  }
}
