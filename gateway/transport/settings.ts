import {
  type BreakerOptions,
  defaultBreaker,
  defaultLimits,
  defaultRetry,
  defaultWebSocket,
  type EndpointLimits,
  type LocalSubgraph,
  type RetryOptions,
  type SubgraphAddress,
  type TransportConfig,
  type WebSocketOptions,
} from './config.ts';
import type { TransportObserver } from './observer.ts';

/** A configuration with its defaults applied, without the subgraphs, which change with the supergraph. */
export interface TransportSettings {
  readonly local: readonly LocalSubgraph[];
  readonly limits: EndpointLimits;
  readonly retry: RetryOptions;
  readonly breaker: BreakerOptions;
  readonly webSocket: WebSocketOptions;
  readonly shareResponses: boolean;
  readonly exactNumbers: boolean;
  readonly identityHeader: string | undefined;
  readonly observer: TransportObserver | undefined;
  readonly clock: () => number;
}

export function applyDefaults(config: TransportConfig): TransportSettings {
  return {
    local: config.local ?? [],
    limits: { ...defaultLimits, ...config.limits },
    retry: { ...defaultRetry, ...config.retry },
    breaker: { ...defaultBreaker, ...config.breaker },
    webSocket: { ...defaultWebSocket, ...config.webSocket },
    shareResponses: config.shareResponses ?? true,
    exactNumbers: config.exactNumbers ?? true,
    identityHeader: config.identityHeader,
    observer: config.observer,
    clock: config.clock ?? (() => performance.now()),
  };
}

export function mergeLimits(address: SubgraphAddress, settings: TransportSettings): EndpointLimits {
  return { ...settings.limits, ...address.limits };
}
