import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { Pool } from 'undici';
import { Engine } from '../engine/engine.ts';
import { createGateway } from '../gateway.ts';
import { readGatewayConfig } from '../read-config.ts';

/** What a gateway holds after garbage collection. */
export interface Holding {
  readonly heapMB: number;
  readonly residentMB: number;
  /** Processor time of all its threads, before and after the collections for this measurement. */
  readonly cpuMs: { readonly before: number; readonly after: number };
  /** Threads of the process: V8's own and one per planner. */
  readonly threads: number;
  /** Objects that are still reachable: engines (one per supergraph in use), planner threads, connection pools (one per subgraph in use). */
  readonly alive: { readonly engines: number; readonly planners: number; readonly pools: number };
  /** Resources that keep an event loop alive, by kind: sockets, timers, ports to workers. */
  readonly resources: Readonly<Record<string, number>>;
}

export type FromMeasuredGateway =
  | { readonly kind: 'ready'; readonly url: string; readonly adminUrl: string }
  | { readonly kind: 'holding'; readonly holding: Holding };

/** A gateway as `gateway/server.ts` starts it. Sends what it holds to the parent process on request. Needs `node --expose-gc`. */
const send = (message: FromMeasuredGateway): void => void process.send?.(message);
const megabytes = (bytes: number): number => Math.round(bytes / 104_857.6) / 10;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function measure(): Promise<Holding> {
  const before = cpuMs();
  // Finalizers release further objects, which only the next collection frees.
  for (let round = 0; round < 6; round++) {
    globalThis.gc?.();
    await setImmediate();
  }
  const { heapUsed, rss } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const alive = { engines: count(Engine), planners: count(Worker), pools: count(Pool) };
  return {
    heapMB: megabytes(heapUsed),
    residentMB: megabytes(rss),
    cpuMs: { before, after: cpuMs() },
    threads: threadCount(),
    alive,
    resources,
  };
}

const count = (kind: typeof Engine | typeof Worker | typeof Pool): number =>
  Number(queryObjects(kind, { format: 'count' }));

/** Reads /proc. 0 on other systems than Linux. */
function threadCount(): number {
  try {
    return readdirSync('/proc/self/task').length;
  } catch {
    return 0;
  }
}

const gateway = await createGateway(readGatewayConfig());
process.on('message', (message) => {
  if (message === 'measure') void measure().then((holding) => send({ kind: 'holding', holding }));
});
process.once('disconnect', () => void gateway.close().then(() => process.exit(0)));
const url = await gateway.listen();
send({ kind: 'ready', url, adminUrl: gateway.adminUrl });
