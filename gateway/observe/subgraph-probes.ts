import { z } from 'zod';
import type { HealthPart } from '#shared/runtime/health.ts';
import type { Caller } from '../access/caller.ts';
import type { RequestScope, SubgraphTransport } from '../engine/ports.ts';

/** The health of a subgraph. */
export interface ProbeReport {
  readonly isUp: boolean;
  /** The health parts that it reports, if any. */
  readonly parts: readonly HealthPart[];
  /** Milliseconds by which the subgraph's clock is ahead of ours; undefined if unknown. */
  readonly clockAheadMs?: number;
}

/** Checks one subgraph. Resolves within `probeMs` and never rejects. */
export type Probe = (name: string, url: string) => Promise<ProbeReport>;

const probeMs = 1_000;
const silent: ProbeReport = { isUp: false, parts: [] };

const healthBody = z.object({
  parts: z.array(
    z.object({
      name: z.string().max(100),
      status: z.enum(['up', 'degraded', 'down']),
      since: z.string().max(40),
      reason: z.string().max(500).nullable(),
    }),
  ),
});

/** Probe for our own subgraphs, which serve `/health` beside `/graphql`. Any status below 500 means that they are up. */
export function healthRouteProbe(ask: typeof fetch = fetch, now: () => number = Date.now): Probe {
  return async (_name, url) => {
    const sentAt = now();
    try {
      const response = await ask(new URL('/health', url), { signal: AbortSignal.timeout(probeMs), redirect: 'manual' });
      const body = healthBody.safeParse(await response.json().catch(() => undefined));
      const clockAheadMs = clockDifference(response.headers.get('date'), sentAt, now());
      return {
        isUp: response.status < 500,
        parts: body.success ? body.data.parts : [],
        ...(clockAheadMs !== undefined && { clockAheadMs }),
      };
    } catch {
      return silent;
    }
  };
}

/** Computes the smallest difference that the header allows: it has whole seconds and was written at some time during the request. */
function clockDifference(date: string | null, sentAt: number, receivedAt: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return undefined;
  if (theirs > receivedAt) return theirs - receivedAt;
  return Math.min(0, theirs + 1_000 - sentAt);
}

const typename = JSON.stringify({ query: 'query GatewayHealthProbe { __typename }' });

/** Probe for any subgraph: sends the smallest query. */
export function typenameProbe(transport: SubgraphTransport, anonymousCaller: () => Promise<Caller>): Probe {
  return async (subgraph) => {
    const { headers, headersFor } = await anonymousCaller();
    const scope: RequestScope = {
      requestId: 'health',
      identityKey: 'health',
      headers: { ...headers, 'x-request-id': 'health' },
      ...(headersFor && { headersFor }),
      deadline: performance.now() + probeMs,
    };
    return transport.fetch({ subgraph, kind: 'query', body: typename }, scope).then(
      () => ({ isUp: true, parts: [] }),
      () => silent,
    );
  };
}
