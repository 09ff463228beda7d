/**
 * What one subgraph request costs by the HTTP client that sends it: the floor's seven requests in their waves, 50 operations at a time,
 * answers parsed, no gateway around. Prints microseconds of this process's CPU per subgraph request. Figures and what followed from them:
 * docs/decisions/transport.md.
 */
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { type Dispatcher, Pool } from 'undici';
import { floorWaves } from './hosts/floor-waves.ts';
import { startSubgraphs } from './runner/subgraphs.ts';

type Client = (path: string, body: string) => Promise<unknown>;

const seconds = Number(process.argv[2] ?? 3);
const operationsInFlight = 50;
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' };
const headerList = Object.entries(headers).flat();

const clients: Record<string, (origin: string) => { ask: Client; close(): unknown }> = {
  'undici Pool.request': (origin) => requestClient(new Pool(origin)),
  'undici Pool.dispatch': (origin) => dispatchClient(new Pool(origin)),
  'undici Pool.dispatch, its timers off': (origin) =>
    dispatchClient(new Pool(origin, { headersTimeout: 0, bodyTimeout: 0 })),
  'undici Pool.dispatch, its timers off, 4 pipelined': (origin) =>
    dispatchClient(new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, pipelining: 4 })),
  'undici Pool.dispatch, its timers off, Milo': (origin) =>
    dispatchClient(new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, useMilo: true } as Pool.Options)),
  'node:http': nodeHttpClient,
};

function requestClient(pool: Pool) {
  const ask: Client = async (path, body) => {
    const answer = await pool.request({ path, method: 'POST', headers, body });
    return JSON.parse(await answer.body.text());
  };
  return { ask, close: () => pool.destroy() };
}

function dispatchClient(pool: Pool) {
  const ask: Client = (path, body) =>
    new Promise((resolve, reject) => {
      pool.dispatch(
        {
          path,
          method: 'POST',
          headers: headerList,
          body,
          idempotent: true,
          blocking: false,
        } as Dispatcher.DispatchOptions,
        new Collector(resolve, reject),
      );
    });
  return { ask, close: () => pool.destroy() };
}

class Collector implements Dispatcher.DispatchHandler {
  #first: Buffer | undefined;
  #all: Buffer[] | undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: Error) => void;
  constructor(resolve: (value: unknown) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }
  onRequestStart(): void {}
  onResponseStart(): void {}
  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#all) this.#all.push(chunk);
    else if (this.#first) this.#all = [this.#first, chunk];
    else this.#first = chunk;
  }
  onResponseEnd(): void {
    this.#resolve(JSON.parse((this.#all ? Buffer.concat(this.#all) : this.#first!).toString()));
  }
  onResponseError(_: unknown, error: Error): void {
    this.#reject(error);
  }
}

function nodeHttpClient(origin: string) {
  const agent = new http.Agent({ keepAlive: true });
  const { hostname, port } = new URL(origin);
  const ask: Client = (path, body) =>
    new Promise((resolve, reject) => {
      const all = { ...headers, 'content-length': Buffer.byteLength(body) };
      http
        .request({ agent, hostname, port, path, method: 'POST', headers: all }, (answer) => {
          text(answer).then((json) => resolve(JSON.parse(json)), reject);
        })
        .on('error', reject)
        .end(body);
    });
  return { ask, close: () => agent.destroy() };
}

const subgraphs = await startSubgraphs(1);
try {
  for (const round of [1, 2, 3]) for (const name of Object.keys(clients)) console.log(round, name, await cost(name));
} finally {
  await subgraphs.stop();
}

async function cost(name: string): Promise<string> {
  const all = new Map(
    Object.entries(subgraphs.urls).map(([subgraph, url]) => [subgraph, clients[name]!(new URL(url).origin)]),
  );
  const asks = (until: number) => Array.from({ length: operationsInFlight }, () => operations(all, until));
  await Promise.all(asks(performance.now() + 1000));
  const before = process.cpuUsage();
  const counts = await Promise.all(asks(performance.now() + seconds * 1000));
  const { user, system } = process.cpuUsage(before);
  for (const { close } of all.values()) await close();
  const requests = counts.reduce((sum, count) => sum + count, 0);
  return `${((user + system) / requests).toFixed(1)} µs CPU per subgraph request, ${Math.round(requests / seconds)}/s`;
}

async function operations(all: ReadonlyMap<string, { ask: Client }>, until: number): Promise<number> {
  let requests = 0;
  while (performance.now() < until) {
    for (const wave of floorWaves) {
      await Promise.all(wave.map(([subgraph, body]) => all.get(subgraph)!.ask('/graphql', body)));
      requests += wave.length;
    }
  }
  return requests;
}
