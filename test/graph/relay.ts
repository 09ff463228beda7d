import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Stands between a gateway and a subgraph, and holds back what a test names. */
export interface Relay extends AsyncDisposable {
  readonly url: string;
  /** Holds back the next request with this text, or the response to it. */
  holdNext(part: 'request' | 'response', having: string): HeldExchange;
  /** Ends the connection instead of passing on the response to the next request with this text. */
  loseNext(having: string): void;
}

export interface HeldExchange {
  /** Resolves when the request has arrived at the relay. */
  readonly arrived: Promise<void>;
  /** Resolves when the subgraph has responded, even if the gateway has gone. */
  letGo(): Promise<void>;
}

interface Hold {
  readonly part: 'request' | 'response';
  readonly having: string;
  readonly arrived: PromiseWithResolvers<void>;
  readonly gate: PromiseWithResolvers<void>;
  readonly over: PromiseWithResolvers<void>;
}

/** @param to URL of the subgraph */
export async function startRelay(to: string): Promise<Relay> {
  const holds: Hold[] = [];
  const losses: string[] = [];
  const server = createServer((request, response) => {
    relay(request, response).catch(() => response.destroy());
  });

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const index = holds.findIndex(({ having }) => body.includes(having));
    const [hold] = index < 0 ? [] : holds.splice(index, 1);
    hold?.arrived.resolve();
    if (hold?.part === 'request') await hold.gate.promise;
    const answer = await send(request, body);
    if (hold?.part === 'response') await hold.gate.promise;
    const loss = losses.findIndex((having) => body.includes(having));
    if (loss >= 0) {
      losses.splice(loss, 1);
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
    hold?.over.resolve();
  }

  async function send(
    { headers: { host, connection, 'content-length': length, ...headers } }: IncomingMessage,
    body: string,
  ) {
    const answer = await fetch(to, { method: 'POST', headers: headers as Record<string, string>, body });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: await answer.text() };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    holdNext(part, having) {
      const arrived = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      holds.push({ part, having, arrived, gate, over });
      return {
        arrived: arrived.promise,
        letGo() {
          gate.resolve();
          return over.promise;
        },
      };
    },
    loseNext: (having) => void losses.push(having),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
