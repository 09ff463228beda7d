import { z } from 'zod';
import type { HealthPart } from '#shared/runtime/health.ts';
import type { Caller } from '../access/caller.ts';
import type { RequestScope, SubgraphTransport } from '../engine/ports.ts';

/** What a subgraph says of itself, or that it says nothing. */
export interface ProbeReport {
  readonly isUp: boolean;
  /** Its own parts, where it tells them. */
  readonly parts: readonly HealthPart[];
  /** Milliseconds by which the subgraph's clock is ahead of this process's; undefined where it can't be known. */
  readonly clockAheadMs?: number;
}

/** Asks one subgraph how it is. Answers within `probeMs` and never rejects. */
export type Probe = (name: string, url: string) => Promise<ProbeReport>;

const probeMs = 1_000;
const silent: ProbeReport = { isUp: false, parts: [] };

const answered = z.object({
  parts: z.array(
    z.object({
      name: z.string().max(100),
      status: z.enum(['up', 'degraded', 'down']),
      since: z.string().max(40),
      reason: z.string().max(500).nullable(),
    }),
  ),
});

/** For our own subgraphs, which serve `/health` beside `/graphql`. Another answer than 503 says that they are up. */
export function healthRouteProbe(ask: typeof fetch = fetch, now: () => number = Date.now): Probe {
  return async (_name, url) => {
    const sentAt = now();
    try {
      const response = await ask(new URL('/health', url), { signal: AbortSignal.timeout(probeMs), redirect: 'manual' });
      const body = answered.safeParse(await response.json().catch(() => undefined));
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

/** A `date` header has whole seconds and was written at some time while the request was under way. */
function clockDifference(date: string | null, sentAt: number, receivedAt: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return undefined;
  if (theirs > receivedAt) return theirs - receivedAt;
  return Math.min(0, theirs + 1_000 - sentAt);
}

const typename = JSON.stringify({ query: 'query GatewayHealthProbe { __typename }' });

/** For any subgraph: whether it answers the smallest query. */
export function typenameProbe(transport: SubgraphTransport, nobody: () => Promise<Caller>): Probe {
  return async (subgraph) => {
    const { headers, headersFor } = await nobody();
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
