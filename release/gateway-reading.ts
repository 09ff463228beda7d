import { z } from 'zod';
import type { Counters } from './reading.ts';

const timeoutMs = 4_000;

const readiness = z.object({
  status: z.string(),
  parts: z.array(z.object({ name: z.string(), status: z.string(), reason: z.string().nullable() })).default([]),
});

/** @param adminUrl address of the admin port of a gateway. @returns what fails, or undefined */
export async function findHealthFault(adminUrl: string): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('/health/ready', adminUrl), { signal: AbortSignal.timeout(timeoutMs) });
    const { status, parts } = readiness.parse(await response.json());
    const down = parts.filter((part) => part.status === 'down');
    if (response.ok && down.length === 0) return undefined;
    const reasons = down.map(({ name, reason }) => `${name} is down. ${reason ?? ''}`.trim());
    return `A health check fails: ${reasons.join(' ') || status}`;
  } catch (error) {
    return `A health check fails: ${adminUrl} does not respond (${String(error)}).`;
  }
}

/** The counters of a gateway. @throws Error if it does not respond */
export async function readCounters(adminUrl: string): Promise<Counters> {
  const response = await fetch(new URL('/metrics', adminUrl), { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${adminUrl}/metrics responds ${response.status}.`);
  return parseCounters(await response.text());
}

const line = /^(?<name>\w+)\{(?<labels>.*)\} (?<value>\S+)/gm;

/** Reads the counters in the text format of Prometheus. Subscriptions count among the requests, but not in the durations. */
export function parseCounters(text: string): Counters {
  let requests = 0;
  let failed = 0;
  const within = new Map<number, number>();
  for (const { groups: { name, labels = '', value } = {} } of text.matchAll(line)) {
    if (name === 'gateway_request_outcomes_total') {
      requests += Number(value);
      if (labels.includes('outcome="failed"')) failed += Number(value);
    } else if (name === 'gateway_request_duration_seconds_bucket') {
      const [, given = ''] = /le="([^"]+)"/.exec(labels) ?? [];
      const bound = given === '+Inf' ? Number.POSITIVE_INFINITY : Number(given);
      within.set(bound, (within.get(bound) ?? 0) + Number(value));
    }
  }
  return { requests, failed, within };
}
