import pg from 'pg';
import type { Recorded } from './record.ts';

/** Input of this program, which runs in its own process. Job on stdin, result on stdout. */
export interface FloorJob {
  /** The statements of one operation for several requests. */
  readonly requests: readonly (readonly Recorded[])[];
  readonly connections: number;
  readonly seconds: number;
}

export interface FloorResult {
  readonly requestsPerSecond: number;
  /** CPU time of this process for one request. */
  readonly nodeMs: number;
}

/**
 * Replays the statements of an operation as prepared statements, the first one alone and the others at once, and writes the
 * rows as JSON: what the operation costs without gateway and subgraphs.
 */
async function run({ requests, connections, seconds }: FloorJob): Promise<FloorResult> {
  const workers = await Promise.all(Array.from({ length: connections }, () => openWorker(requests)));
  const replayFor = async (milliseconds: number): Promise<number> => {
    const until = performance.now() + milliseconds;
    const counts = await Promise.all(
      workers.map(async ({ replay }, worker) => {
        let count = 0;
        for (; performance.now() < until; count++) await replay(requests[(worker * 7 + count) % requests.length] ?? []);
        return count;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };
  try {
    await replayFor(1_000);
    const cpu = process.cpuUsage();
    const began = performance.now();
    const count = await replayFor(seconds * 1_000);
    const elapsed = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    return { requestsPerSecond: (count * 1_000) / elapsed, nodeMs: (user + system) / 1_000 / count };
  } finally {
    await Promise.all(workers.map(({ close }) => close()));
  }
}

interface Worker {
  replay(statements: readonly Recorded[]): Promise<void>;
  close(): Promise<void>;
}

/** One connection for each role that the statements run under. */
async function openWorker(requests: FloorJob['requests']): Promise<Worker> {
  const clients = new Map<string, pg.Client>();
  for (const { connection } of requests.flat()) {
    const key = JSON.stringify(connection);
    if (clients.has(key)) continue;
    const client = new pg.Client(connection);
    clients.set(key, client);
    await client.connect();
  }
  const names = new Map<string, string>();
  const send = async ({ text, values, connection }: Recorded): Promise<void> => {
    if (!names.has(text)) names.set(text, `floor${names.size}`);
    const name = names.get(text) as string; // it was set above
    const result = await clients.get(JSON.stringify(connection))?.query({ name, text, values: [...values] });
    JSON.stringify(result?.rows);
  };
  return {
    async replay([first, ...others]) {
      if (first) await send(first);
      await Promise.all(others.map(send));
    },
    close: async () => void (await Promise.all([...clients.values()].map((client) => client.end()))),
  };
}

let input = '';
for await (const chunk of process.stdin) input += String(chunk);
process.stdout.write(JSON.stringify(await run(JSON.parse(input) as FloorJob)));
