import { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { Counters } from '../../../release/reading.ts';

const timeoutMs = 5_000;

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

/** The counters of gateways, by their pods. @param pods a regular expression */
export async function readGateways(prometheus: string, pods: string): Promise<ReadonlyMap<string, Counters>> {
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
