import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { Counters, GatewayCounters } from '../../../release/reading.ts';

const timeoutMs = 5_000;
/** Time in which Prometheus must find new pods: the operator gives it their addresses, and it reads every 15 s. */
const findMs = 5 * 60_000;
const pollMs = 1_000;

const answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads figures of a Prometheus. @throws ConfigurationError if it does not respond */
export async function query(prometheus: string, expression: string): Promise<readonly Sample[]> {
  const url = new URL('/api/v1/query', prometheus);
  url.searchParams.set('query', expression);
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    throw new ConfigurationError(`--prometheus: ${prometheus} does not respond (${errorMessage(error)})`);
  });
  if (!response.ok) throw new Error(`${prometheus} responds ${response.status}.`);
  const { data } = answer.parse(await response.json());
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** A gateway without requests has no counters, so that these do not say whether Prometheus reads it. */
async function readsGateways(prometheus: string, pods: string): Promise<boolean> {
  return (await query(prometheus, `up{pod=~"${pods}"} == 1`)).length > 0;
}

/** Resolves when Prometheus reads the gateways. @param pods a regular expression @throws Error if it does not find them */
export async function waitForGateways(prometheus: string, pods: string): Promise<void> {
  const end = performance.now() + findMs;
  while (!(await readsGateways(prometheus, pods))) {
    if (performance.now() > end) throw new Error(`Prometheus has not found the pods ${pods}.`);
    await delay(pollMs);
  }
}

/** The counters of gateways, by their pods. @param pods a regular expression @throws Error if Prometheus reads none of them */
export async function readGateways(prometheus: string, pods: string): Promise<GatewayCounters> {
  if (!(await readsGateways(prometheus, pods)))
    throw new Error(`The figures cannot be read: Prometheus reads none of the pods ${pods}.`);
  const [outcomes, buckets] = await Promise.all([
    query(prometheus, `gateway_request_outcomes_total{pod=~"${pods}"}`),
    query(prometheus, `sum by (pod, le) (gateway_request_duration_seconds_bucket{pod=~"${pods}"})`),
  ]);
  const found = new Map<string, Counters>();
  for (const { labels, value } of outcomes) {
    const pod = labels['pod'] ?? '';
    const known = found.get(pod) ?? { requests: 0, failed: 0, within: new Map() };
    const failed = known.failed + (labels['outcome'] === 'failed' ? value : 0);
    found.set(pod, { requests: known.requests + value, failed, within: bucketsOf(pod, buckets) });
  }
  return found;
}

function bucketsOf(pod: string, samples: readonly Sample[]): ReadonlyMap<number, number> {
  const own = samples.filter(({ labels }) => labels['pod'] === pod);
  return new Map(
    own.map(({ labels, value }) => [labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']), value]),
  );
}
