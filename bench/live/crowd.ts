import { WebSocket } from 'ws';
import { watchQuery } from '../../gateway/testing/live-gateway.ts';

/** Many clients, one websocket each, that read no more of a message than which event it is. */
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

  /** Resolves when every client has got the event of this speed. */
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
      if (!data.includes(`"speed":${this.#event},`)) throw new Error(`another message was expected: ${data}`);
      this.#missing -= 1;
      if (this.#missing === 0) this.#onAll();
    });
    // What the subscription answers with when it can't be had would be told as an unexpected message.
    const answered = this.#roundTrip(socket);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: watchQuery, variables: { ids } } }));
    await answered;
  }

  /** Resolves with the answer to a ping: what was sent before has been read. */
  #roundTrip(socket: WebSocket): Promise<void> {
    return new Promise((resolve) => {
      socket.once('pong', () => resolve());
      socket.ping();
    });
  }
}
