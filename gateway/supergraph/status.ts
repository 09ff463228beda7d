import type { GatewayConfig } from '../config.ts';
import type { TrafficFigures } from './canary/traffic.ts';
import type { GateFinding } from './gate/finding.ts';

/** A supergraph that this gateway does not serve. */
export interface RefusedSupergraph {
  /** SHA-256 of its text in hexadecimal. */
  readonly hash: string;
  readonly reason: string;
  /** True if an administrator can accept it. */
  readonly isByGate: boolean;
  readonly findings: readonly GateFinding[];
}

/** A supergraph that serves a share of the callers. */
export interface CanaryStatus {
  readonly hash: string;
  readonly figures: { readonly current: TrafficFigures; readonly candidate: TrafficFigures };
}

/** What operators see of the supergraphs of one gateway. */
export interface SupergraphStatus {
  readonly gate: GatewayConfig['supergraphGate'];
  /** SHA-256 of the supergraph that has taken over. */
  readonly current: string;
  readonly canary: CanaryStatus | null;
  /** The supergraph of the file, if it is refused. */
  readonly refused: RefusedSupergraph | null;
}
