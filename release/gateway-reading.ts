import { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import type { Counters } from './reading.ts';

const timeoutMs = 4_000;
const adminPort = 4_100;

/** Sends a request to a process of a gateway: a POST where there is a body. @throws Error if it does not respond */
export type SendToGateway = (
  gateway: string,
  port: number,
  path: string,
  body?: string,
) => Promise<{ readonly status: number; readonly text: string }>;

/** Gateways whose names are known here. */
export const sendByName: SendToGateway = async (gateway, port, path, body) => {
  const response = await fetch(`http://${gateway}:${port}${path}`, {
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, text: await response.text() };
};

const readiness = z.object({
  status: z.string(),
  parts: z.array(z.object({ name: z.string(), status: z.string(), reason: z.string().nullable() })).default([]),
});

/** @returns what fails, or undefined */
export async function findHealthFault(send: SendToGateway, gateway: string): Promise<string | undefined> {
  try {
    const response = await send(gateway, adminPort, '/health/ready');
    const { status, parts } = readiness.parse(JSON.parse(response.text));
    const down = parts.filter((part) => part.status === 'down');
    if (response.status === 200 && down.length === 0) return undefined;
    const reasons = down.map(({ name, reason }) => `${name} is down. ${reason ?? ''}`.trim());
    return `A health check fails: ${reasons.join(' ') || status}`;
  } catch (error) {
    return `A health check fails: ${gateway} does not respond (${errorMessage(error)}).`;
  }
}

/** The counters of a gateway. @throws Error if it does not respond */
export const readCounters = async (send: SendToGateway, gateway: string): Promise<Counters> =>
  parseCounters(await readMetrics(send, gateway));

/** The release that a gateway reports. @throws Error if it does not respond */
export async function readRelease(send: SendToGateway, gateway: string): Promise<string | undefined> {
  return /^gateway_build_info\{release="([^"]*)"\}/m.exec(await readMetrics(send, gateway))?.[1];
}

async function readMetrics(send: SendToGateway, gateway: string): Promise<string> {
  try {
    const { status, text } = await send(gateway, adminPort, '/metrics');
    if (status !== 200) throw new Error(`it responds ${status}`);
    return text;
  } catch (error) {
    throw new Error(`The figures of ${gateway} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
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
