import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { readGivenServer } from '#shared/runtime/given-url.ts';
import type { Counters, GatewayCounters } from '../../../release/reading.ts';

const timeoutMs = 5_000;
/** Time in which Prometheus must find new pods: the operator gives it their addresses, and it reads every 15 s. */
const findMs = 5 * 60_000;
const pollMs = 1_000;

const point = z.tuple([z.number(), z.string()]);
const metric = z.record(z.string(), z.string());
const answerOf = <S extends z.ZodType>(one: S) => z.object({ data: z.object({ result: z.array(one) }) });
const samples = answerOf(z.object({ metric, value: point }));
const series = answerOf(z.object({ metric, values: z.array(point) }));

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads figures of a Prometheus. @throws ConfigurationError if it does not respond */
export async function query(prometheus: string, expression: string, within = timeoutMs): Promise<readonly Sample[]> {
  const { data } = await ask(prometheus, expression, within, samples);
  return data.result.map(({ metric: labels, value }) => ({ labels, value: Number(value[1]) }));
}

/** Reads the one series of a range, by seconds since 1970; nothing if it does not exist. */
export async function queryPoints(
  prometheus: string,
  range: string,
  within: number,
): Promise<ReadonlyMap<number, number>> {
  const { data } = await ask(prometheus, range, within, series);
  return new Map(data.result[0]?.values.map(([at, value]) => [at, Number(value)]));
}

/** @throws ConfigurationError if it is no Prometheus that responds */
function ask<S extends z.ZodType>(address: string, query: string, timeoutMs: number, shape: S): Promise<z.infer<S>> {
  const asked = { path: '/api/v1/query', parameters: { query }, timeoutMs };
  return readGivenServer({ option: '--prometheus', address }, asked, shape);
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
