import { Worker } from 'node:worker_threads';
import { post } from '../../client/post.ts';

/** The outcome of one request. */
export interface BurstOutcome {
  /** `ok`, `partial` (data with errors), or the code of the first error. */
  readonly outcome: string;
  readonly ms: number;
}

export interface BurstReport {
  readonly outcomes: readonly BurstOutcome[];
  /** Milliseconds of each probe of `/health/live`. */
  readonly probes: readonly number[];
}

const [url = '', token = '', count = ''] = process.argv.slice(2);
const worker = new Worker(new URL('./probe.ts', import.meta.url), {
  workerData: { url: new URL('/health/live', url).href },
});

/** A query over six subgraphs, with a text that no other request has. */
function newText(index: number): string {
  const fields =
    'nodes { reference organization { name tier } driver { name } eta { arrivesAt } quote { price { amount } } risk { score } }';
  return `query Burst${index} { a${index}: shipments(first: 5) { ${fields} } }`;
}

async function send(index: number): Promise<BurstOutcome> {
  const began = performance.now();
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query: newText(index) });
  const { data, errors } = await post<object>(url, body, { headers, timeoutMs: 120_000 });
  const code = errors[0]?.extensions.code;
  return { outcome: code === undefined ? 'ok' : data ? `partial ${code}` : code, ms: performance.now() - began };
}

/** A connection that the gateway closes counts as an outcome. */
async function outcomeOf(index: number): Promise<BurstOutcome> {
  const began = performance.now();
  return send(index).catch(() => ({ outcome: 'connection closed', ms: performance.now() - began }));
}

const outcomes = await Promise.all(Array.from({ length: Number(count) }, (_, index) => outcomeOf(index)));
const probes = new Promise<number[]>((resolve) => worker.once('message', resolve));
worker.postMessage('stop');
process.send?.({ outcomes, probes: await probes } satisfies BurstReport);
await worker.terminate();
