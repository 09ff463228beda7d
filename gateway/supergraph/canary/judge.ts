import type { CanaryConfig } from '../../config.ts';
import type { TrafficFigures } from './traffic.ts';

export type Verdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'promote' }
  | { readonly kind: 'roll back'; readonly reason: string };

/** Differences from the current generation that end a canary. */
const allowedErrorPoints = 0.02;
const allowedSlowdown = 2;
/** A p95 of fewer requests is the time of a single one. */
const enoughDurations = 20;
/** Differences below it are those of a cold start. */
const noticeableMs = 10;

/** Decides about a canary by the requests of both generations since it began. */
export function judge(
  current: TrafficFigures,
  canary: TrafficFigures,
  elapsedMs: number,
  { enoughRequests, minimumMs, maximumMs }: Omit<CanaryConfig, 'share'>,
): Verdict {
  const isOver = elapsedMs >= maximumMs;
  if (canary.requests < enoughRequests && !isOver) return { kind: 'wait' };
  const reason = findFault(current, canary);
  if (reason !== undefined) return { kind: 'roll back', reason };
  return isOver || elapsedMs >= minimumMs ? { kind: 'promote' } : { kind: 'wait' };
}

function findFault(current: TrafficFigures, canary: TrafficFigures): string | undefined {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  if (canary.errorShare > current.errorShare + allowedErrorPoints) {
    return `${percent(canary.errorShare)} of its ${canary.requests} requests failed; of the current supergraph ${percent(current.errorShare)}`;
  }
  if (current.requests < enoughDurations || canary.requests < enoughDurations) return undefined;
  const [before = 0, after = 0] = [current.p95Ms, canary.p95Ms];
  if (after <= before * allowedSlowdown || after - before < noticeableMs) return undefined;
  return `95 % of its requests take up to ${Math.round(after)} ms; of the current supergraph ${Math.round(before)} ms`;
}
