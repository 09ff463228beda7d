import { refuse } from '#shared/live/backlog.ts';
import { Channel } from '#shared/live/channel.ts';
import type {
  RequestScope,
  SubgraphFailure,
  SubgraphRequest,
  SubgraphResult,
  SubgraphTransport,
} from '../engine/ports.ts';
import type { SubgraphAddress, TransportConfig } from './config.ts';
import { unknownSubgraph } from './failures.ts';
import { applyDefaults, mergeLimits, type TransportSettings } from './settings.ts';
import { SubgraphClient } from './subgraph-client.ts';
import { SubscriptionClient, subscriptionUrl } from './subscription-client.ts';

/** A subgraph that left the supergraph stays reachable so long, for operations that were planned before. */
const farewellMs = 60_000;

export interface Transport extends SubgraphTransport {
  /**
   * Takes over the subgraphs of a new supergraph. What stays the same keeps its connections and its circuit; requests in flight and
   * subscriptions are not touched.
   */
  update(subgraphs: TransportConfig['subgraphs']): void;
}

/** Connections to all subgraphs, with time limits, retries, circuits and bounds. See `TransportConfig` for what can be set. */
export function createTransport(config: TransportConfig): Transport {
  return new SubgraphClients(config);
}

interface Lines {
  readonly address: SubgraphAddress;
  readonly http: SubgraphClient;
  readonly webSocket: SubscriptionClient;
}

class SubgraphClients implements Transport {
  readonly #settings: TransportSettings;
  readonly #lines = new Map<string, Lines>();
  readonly #farewells = new Map<string, NodeJS.Timeout>();
  readonly #closing = new Set<Promise<void>>();
  readonly #webSockets = new Set<SubscriptionClient>();

  constructor(config: TransportConfig) {
    this.#settings = applyDefaults(config);
    this.update(config.subgraphs);
  }

  fetch(request: SubgraphRequest, scope: RequestScope): Promise<SubgraphResult> {
    const lines = this.#lines.get(request.subgraph);
    const result = lines ? lines.http.fetch(request, scope) : Promise.reject(unknownSubgraph(request.subgraph));
    scope.onFetch?.(request, result);
    return result;
  }

  subscribe(request: SubgraphRequest, scope: RequestScope): AsyncIterable<SubgraphResult> {
    return (
      this.#lines.get(request.subgraph)?.webSocket.subscribe(request, scope) ??
      broken(unknownSubgraph(request.subgraph))
    );
  }

  update(subgraphs: TransportConfig['subgraphs']): void {
    for (const [name, address] of Object.entries(subgraphs)) {
      this.#stay(name);
      const known = this.#lines.get(name);
      if (known && sameAddress(known.address, address)) continue;
      if (known) this.#close(known);
      this.#lines.set(name, this.#open(name, address));
    }
    for (const name of this.#lines.keys()) if (!Object.hasOwn(subgraphs, name)) this.#bidFarewell(name);
  }

  async close(): Promise<void> {
    for (const timer of this.#farewells.values()) clearTimeout(timer);
    this.#farewells.clear();
    for (const lines of this.#lines.values()) this.#close(lines);
    this.#lines.clear();
    for (const webSocket of this.#webSockets) webSocket.close();
    await Promise.all(this.#closing);
  }

  #open(name: string, address: SubgraphAddress): Lines {
    const http = new SubgraphClient(name, address.url, mergeLimits(address, this.#settings), this.#settings);
    const webSocket = new SubscriptionClient(name, subscriptionUrl(address), this.#settings);
    this.#webSockets.add(webSocket);
    return { address, http, webSocket };
  }

  #close({ http, webSocket }: Lines): void {
    const closed = http.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
    webSocket.retire(() => this.#webSockets.delete(webSocket));
  }

  #bidFarewell(name: string): void {
    if (this.#farewells.has(name)) return;
    const leave = (): void => {
      this.#farewells.delete(name);
      this.#close(this.#lines.get(name)!);
      this.#lines.delete(name);
    };
    this.#farewells.set(name, setTimeout(leave, farewellMs).unref());
  }

  #stay(name: string): void {
    clearTimeout(this.#farewells.get(name));
    this.#farewells.delete(name);
  }
}

function broken(failure: SubgraphFailure): AsyncIterable<SubgraphResult> {
  const events = new Channel<SubgraphResult>(refuse({ items: 1 }));
  events.fail(failure);
  return events;
}

function sameAddress(one: SubgraphAddress, other: SubgraphAddress): boolean {
  return (
    one.url === other.url &&
    one.subscriptionUrl === other.subscriptionUrl &&
    JSON.stringify(one.limits) === JSON.stringify(other.limits)
  );
}
