import { percentile } from '../../commands/load/percentile.ts';
import { type LoadUser, sendLoad } from '../../commands/load/send-load.ts';

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

/**
 * Each connection has requests of its own. Connections that once send the same request at the same time would share its execution, end together
 * and stay in step.
 */
function userOf(index: number, { token, bodies, connections }: LoadJob): LoadUser {
  const [first, ...others] = bodies.filter((_, at) => at % connections === index);
  if (first === undefined) throw new Error(`${connections} connections require as many requests; got ${bodies.length}`);
  return { headers: { authorization: `Bearer ${token}` }, bodies: [first, ...others] };
}

async function run(job: LoadJob): Promise<LoadResult> {
  const users = Array.from({ length: job.connections }, (_, index) => userOf(index, job));
  const { times, goodTimes, seconds } = await sendLoad({
    url: job.url,
    users,
    ends: { seconds: job.seconds },
  });
  return {
    requestsPerSecond: times.length / seconds,
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    p99Ms: percentile(times, 0.99),
    requests: times.length,
    failed: times.length - goodTimes.length,
  };
}

let input = '';
for await (const chunk of process.stdin) input += String(chunk);
process.stdout.write(JSON.stringify(await run(JSON.parse(input) as LoadJob)));
