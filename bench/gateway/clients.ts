/**
 * Measures what one subgraph request costs with each HTTP client, without a gateway: the floor's seven requests in their waves, 50 operations
 * at a time, with parsed responses. Prints microseconds of CPU per subgraph request (lower quartile of many short slices). Figures and
 * conclusions: docs/decisions/0003-transport.md.
 */
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { type Dispatcher, Pool } from 'undici';
import { createTransport } from '../../gateway/transport/transport.ts';
import { floorWaves } from './hosts/floor-waves.ts';
import { startSubgraphs } from './runner/subgraphs.ts';

type Client = (path: string, body: string) => Promise<unknown>;

const seconds = Number(process.argv[2] ?? 3);
const only = process.argv[3];
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
  'our transport': ourTransport,
};

function requestClient(pool: Pool) {
  const ask: Client = async (path, body) => {
    const response = await pool.request({ path, method: 'POST', headers, body });
    return JSON.parse(await response.body.text());
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

/** Our transport with all that it does for a request: sharing, limits, circuit breaker, retry budget, checked responses. */
function ourTransport(origin: string) {
  const transport = createTransport({ subgraphs: { one: { url: `${origin}/graphql` } } });
  let requests = 0;
  const ask: Client = (_, body) => {
    requests += 1;
    const scope = { requestId: '1', identityKey: String(requests), headers: { authorization: 'Bearer bench' } };
    return transport.fetch({ subgraph: 'one', kind: 'query', body }, scope);
  };
  return { ask, close: () => transport.close() };
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
        .request({ agent, hostname, port, path, method: 'POST', headers: all }, (response) => {
          text(response).then((json) => resolve(JSON.parse(json)), reject);
        })
        .on('error', reject)
        .end(body);
    });
  return { ask, close: () => agent.destroy() };
}

const sliceMs = 400;

type Open = ReadonlyMap<string, { ask: Client; close(): unknown }>;

const subgraphs = await startSubgraphs(1);
const opened = new Map<string, Open>();
try {
  for (const name of Object.keys(clients).filter((each) => !only || each.includes(only))) opened.set(name, open(name));
  const costs = await measureInTurn();
  for (const [name, microseconds] of costs) console.log(`${quartile(microseconds).toFixed(1).padStart(6)} µs  ${name}`);
} finally {
  for (const all of opened.values()) for (const { close } of all.values()) await close();
  await subgraphs.stop();
}

function open(name: string): Open {
  const urls = Object.entries(subgraphs.urls);
  return new Map(urls.map(([subgraph, url]) => [subgraph, clients[name]!(new URL(url).origin)]));
}

/** Measures in short slices in turn, so that other processes on the machine disturb all clients alike. */
async function measureInTurn(): Promise<ReadonlyMap<string, number[]>> {
  const costs = new Map<string, number[]>([...opened.keys()].map((name) => [name, []]));
  for (let round = -2; round < (seconds * 1000) / sliceMs; round += 1) {
    for (const [name, all] of opened) {
      const cost = await slice(all);
      if (round >= 0) costs.get(name)!.push(cost);
    }
  }
  return costs;
}

async function slice(all: Open): Promise<number> {
  const until = performance.now() + sliceMs;
  const before = process.cpuUsage();
  const counts = await Promise.all(Array.from({ length: operationsInFlight }, () => operations(all, until)));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / counts.reduce((sum, count) => sum + count, 0);
}

/** The lower quartile: the cost of a slice that no other process disturbs. */
function quartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)]!;
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
