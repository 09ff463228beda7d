import { Client, type Dispatcher } from 'undici';
import { percentile } from './percentile.ts';

/** Input of this program. It runs in its own process, so that sending requests takes no time from serving them. Job on stdin, result on stdout. */
export interface LoadJob {
  readonly url: string;
  readonly token: string;
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  /** Requests whose response had another status than 200, or errors. */
  readonly failed: number;
}

async function run({ url, token, bodies, connections, seconds }: LoadJob): Promise<LoadResult> {
  const { origin, pathname } = new URL(url);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const clients = Array.from({ length: connections }, () => new Client(origin));
  const times: number[] = [];
  let failed = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  const sendAll = async (client: Client, index: number): Promise<void> => {
    // Each connection has requests of its own. Connections that once send the same request at the same time would share its execution,
    // end together and stay in step.
    const own = bodies.filter((_, at) => at % connections === index);
    for (let count = 0; performance.now() < until; count += 1) {
      const body = own[count % own.length];
      if (body === undefined)
        throw new Error(`${connections} connections require as many requests; got ${bodies.length}`);
      const sent = performance.now();
      const isGood = await send(client, { path: pathname, method: 'POST', headers, body });
      times.push(performance.now() - sent);
      if (!isGood) failed += 1;
    }
  };
  try {
    await Promise.all(clients.map(sendAll));
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
  return {
    requestsPerSecond: (times.length * 1_000) / (performance.now() - began),
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    p99Ms: percentile(times, 0.99),
    requests: times.length,
    failed,
  };
}

/** Sends a request with as little work as possible, because it shares the cores with the product. @returns false for an error */
function send(client: Client, request: Dispatcher.DispatchOptions): Promise<boolean> {
  return new Promise((resolve) => {
    let isGood = true;
    client.dispatch(request, {
      onRequestStart: () => {},
      onResponseStart(_controller, status) {
        if (status !== 200) isGood = false;
      },
      onResponseData(_controller, chunk) {
        if (chunk.includes('"errors"')) isGood = false;
      },
      onResponseEnd: () => resolve(isGood),
      onResponseError: () => resolve(false),
    });
  });
}

let input = '';
for await (const chunk of process.stdin) input += String(chunk);
process.stdout.write(JSON.stringify(await run(JSON.parse(input) as LoadJob)));
