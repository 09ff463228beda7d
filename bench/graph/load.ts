import autocannon, { type Options, type Result } from 'autocannon';
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

async function run(job: LoadJob): Promise<LoadResult> {
  const times: number[] = [];
  const result = await new Promise<Result>((resolve, reject) => {
    const running = autocannon(optionsOf(job), (error: Error | null, done) => (error ? reject(error) : resolve(done)));
    running.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
  return {
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p95Ms: percentile(times, 0.95),
    p99Ms: percentile(times, 0.99),
    requests: times.length,
    failed: result.non2xx + result.errors + result.timeouts + result.mismatches,
  };
}

function optionsOf({ url, token, bodies, connections, seconds }: LoadJob): Options {
  let started = 0;
  return {
    url,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    // Each connection starts at another place in the list, so that no two send the same request at once.
    setupClient: (client) => {
      const offset = Math.floor((started++ * bodies.length) / connections);
      client.setRequests(bodies.map((_, index) => ({ body: bodies[(index + offset) % bodies.length] ?? '' })));
    },
    verifyBody: (body) => !String(body).includes('"errors"'),
  };
}

let input = '';
for await (const chunk of process.stdin) input += String(chunk);
process.stdout.write(JSON.stringify(await run(JSON.parse(input) as LoadJob)));
