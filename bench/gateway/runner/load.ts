import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../load/load.lua', import.meta.url));

export type Variation = 'same' | 'distinct' | 'unrepeated';

/** Figures of wrk: latencies in milliseconds, bytes including headers. */
export interface LoadFigures {
  requests: number;
  seconds: number;
  bytes: number;
  failed: number;
  p50: number;
  p95: number;
  p99: number;
}

export interface Load {
  url: string;
  /** File with the JSON body, `__N__` where the number of the request goes. */
  template: string;
  variation: Variation;
  connections: number;
  seconds: number;
  core: number;
}

/** Every run continues the count of the last one, so that "distinct" never repeats a request that a gateway may have cached. */
let nextNumber = 1_000_000;

export async function generateLoad(load: Load): Promise<LoadFigures> {
  const wrk = ['wrk', '-t1', `-c${load.connections}`, `-d${load.seconds}s`, '--timeout', '20s', '-s', script, load.url];
  const { stdout } = await run('taskset', [
    ...['-c', String(load.core), ...wrk],
    ...['--', load.template, load.variation, String(nextNumber)],
  ]);
  nextNumber += 1_000_000;
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as LoadFigures;
}
