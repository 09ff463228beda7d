import { heapGrowthPercent, watchHeap } from './heap.ts';
import type { LoadKind, LoadName } from './kinds.ts';
import { type CpuMs, type LoadReport, loadBars, round, summarizeTimes } from './report.ts';
import { type Load, type LoadUser, sendLoad } from './send-load.ts';
import { readTrustedMix } from './trusted-mix.ts';

/** What a load is sent to. */
export interface LoadTarget {
  readonly url: string;
  /** API keys; the users take turns. */
  readonly keys: readonly string[];
  /** Addresses of the metrics of gateways and subgraphs. */
  readonly metrics: readonly string[];
  readonly ca?: string | undefined;
  /** CPU milliseconds so far, where the product runs below this process. */
  readonly cpuMs?: () => CpuMs;
  /** The address of a user, where users have addresses of their own. */
  readonly addressOf?: (user: number) => string;
}

const peakSeconds = 10;

/** Sends a load of the trusted mix, after each body was sent once. */
export async function runLoad(load: LoadName, kind: LoadKind, target: LoadTarget): Promise<LoadReport> {
  const { url, ca } = target;
  const users = await createUsers(kind.users, target);
  const bodies = users[0].bodies.length;
  await sendLoad({ url, ca, users: users.slice(0, 5), ends: { requestsEach: bodies } });
  const startedAt = new Date().toISOString();
  const stopping = new AbortController();
  const watching = kind.lasting ? watchHeap(target.metrics, stopping.signal) : Promise.resolve([]);
  const sending = measureLoad({ url, ca, users, ends: kind.ends, everyMs: kind.everyMs }, target);
  const { figures, cpuMsPerRequest } = await Promise.race([sending, watching.then(() => sending)]).finally(() =>
    stopping.abort(),
  );
  const heap = await watching;
  const peak = kind.lasting && (await measureLoad({ url, ca, users, ends: { seconds: peakSeconds } }, target));
  return {
    load,
    startedAt,
    users: kind.users,
    ...summarizeTimes(figures),
    codes: figures.codes,
    ...(cpuMsPerRequest && { cpuMsPerRequest }),
    ...(peak && {
      peakPerSecond: round(peak.figures.goodTimes.length / peak.figures.seconds),
      ...(peak.cpuMsPerRequest && { peakCpuMsPerRequest: peak.cpuMsPerRequest }),
      heapMegabytes: heap.map((bytes) => round(bytes / 1_048_576)),
    }),
    bars: loadBars(kind, figures, heapGrowthPercent(heap)),
  };
}

/** Sends a load, and measures what CPU time a request took of each part. */
async function measureLoad(load: Load, { cpuMs }: LoadTarget) {
  const before = cpuMs?.();
  const figures = await sendLoad(load);
  const after = cpuMs?.();
  if (!before || !after) return { figures };
  const each = (part: keyof CpuMs) => round((after[part] - before[part]) / figures.times.length);
  return { figures, cpuMsPerRequest: { product: each('product'), postgres: each('postgres'), client: each('client') } };
}

/** Users that begin at different places of the mix. */
async function createUsers(
  count: number,
  { url, keys, addressOf }: LoadTarget,
): Promise<readonly [LoadUser, ...LoadUser[]]> {
  const mixes = await Promise.all(
    keys.slice(0, count).map(async (key) => {
      const headers = { 'x-api-key': key };
      return { headers, bodies: await readTrustedMix(url, headers) };
    }),
  );
  const userOf = (number: number): LoadUser => {
    const mix = mixes[number % mixes.length];
    if (!mix) throw new Error('A load requires at least one API key.');
    const [first, ...others] = mix.bodies;
    const turned = [...others.slice(number % others.length), first, ...others.slice(0, number % others.length)];
    const [begin = first, ...rest] = turned;
    return { headers: mix.headers, bodies: [begin, ...rest], ...(addressOf && { localAddress: addressOf(number) }) };
  };
  return [userOf(0), ...Array.from({ length: count - 1 }, (_, index) => userOf(index + 1))];
}
