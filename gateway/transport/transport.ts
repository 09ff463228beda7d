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
import { HttpLine } from './line.ts';
import { LocalLine } from './local-line.ts';
import { applyDefaults, mergeLimits, type TransportSettings } from './settings.ts';
import { SubgraphClient } from './subgraph-client.ts';
import { SubscriptionClient, subscriptionUrl } from './subscription-client.ts';

/** A removed subgraph stays reachable for this time, for operations planned before the reload. */
const removalGraceMs = 60_000;

export interface Transport extends SubgraphTransport {
  /**
   * Connects to the subgraphs of a new supergraph. Unchanged subgraphs keep their connections and circuits. Requests in flight and subscriptions
   * continue.
   */
  update(subgraphs: TransportConfig['subgraphs']): void;
  /** Begins the trial of a supergraph beside the current one. */
  tryOut(): TrialTransport;
}

/**
 * The connections of a supergraph on trial: its own for new subgraphs and new addresses, otherwise those of the current supergraph. After the trial
 * it uses those of the current supergraph only.
 */
export interface TrialTransport extends SubgraphTransport {
  connect(subgraphs: TransportConfig['subgraphs']): void;
  /** Makes the subgraphs on trial the current ones, with their connections. */
  promote(): void;
}

/** Creates the connections to all subgraphs, with time limits, retries, circuit breakers and bounds. */
export function createTransport(config: TransportConfig): Transport {
  return new SubgraphClients(config);
}

interface Clients {
  readonly address: SubgraphAddress;
  readonly http: SubgraphClient;
  readonly webSocket: SubscriptionClient;
}

class SubgraphClients implements Transport {
  readonly #settings: TransportSettings;
  readonly #clients = new Map<string, Clients>();
  readonly #removals = new Map<string, NodeJS.Timeout>();
  readonly #closing = new Set<Promise<void>>();
  readonly #webSockets = new Set<SubscriptionClient>();

  constructor(config: TransportConfig) {
    this.#settings = applyDefaults(config);
    this.update(config.subgraphs);
  }

  fetch(request: SubgraphRequest, scope: RequestScope): Promise<SubgraphResult> {
    return fetchBy(this.#clients.get(request.subgraph), request, scope);
  }

  subscribe(request: SubgraphRequest, scope: RequestScope): AsyncIterable<SubgraphResult> {
    return subscribeBy(this.#clients.get(request.subgraph), request, scope);
  }

  update(subgraphs: TransportConfig['subgraphs']): void {
    this.#update(subgraphs, new Map());
  }

  tryOut(): TrialTransport {
    const own = new Map<string, Clients>();
    let tried: TransportConfig['subgraphs'] = {};
    const find = (name: string) => own.get(name) ?? this.#clients.get(name);
    return {
      connect: (subgraphs) => {
        tried = subgraphs;
        for (const [name, address] of Object.entries(subgraphs)) {
          const known = this.#clients.get(name);
          if (!known || !sameAddress(known.address, address)) own.set(name, this.#open(name, address));
        }
      },
      fetch: (request, scope) => fetchBy(find(request.subgraph), request, scope),
      subscribe: (request, scope) => subscribeBy(find(request.subgraph), request, scope),
      promote: () => {
        this.#update(tried, own);
        own.clear();
      },
      close: async () => {
        for (const clients of own.values()) this.#close(clients);
        own.clear();
      },
    };
  }

  /** @param opened clients that are taken over instead of opening further ones */
  #update(subgraphs: TransportConfig['subgraphs'], opened: ReadonlyMap<string, Clients>): void {
    for (const [name, address] of Object.entries(subgraphs)) {
      this.#cancelRemoval(name);
      const known = this.#clients.get(name);
      if (known && sameAddress(known.address, address)) continue;
      if (known) this.#close(known);
      this.#clients.set(name, opened.get(name) ?? this.#open(name, address));
    }
    for (const name of this.#clients.keys()) if (!Object.hasOwn(subgraphs, name)) this.#scheduleRemoval(name);
  }

  async close(): Promise<void> {
    for (const timer of this.#removals.values()) clearTimeout(timer);
    this.#removals.clear();
    for (const clients of this.#clients.values()) this.#close(clients);
    this.#clients.clear();
    for (const webSocket of this.#webSockets) webSocket.close();
    await Promise.all(this.#closing);
  }

  #open(name: string, address: SubgraphAddress): Clients {
    const limits = mergeLimits(address, this.#settings);
    const local = this.#settings.local.find(({ url }) => url === address.url);
    const line = local ? new LocalLine(local) : new HttpLine(address.url, limits);
    const http = new SubgraphClient(name, line, limits, this.#settings);
    const webSocket = new SubscriptionClient(name, subscriptionUrl(address), this.#settings);
    this.#webSockets.add(webSocket);
    this.#settings.observer?.onOpened?.(name);
    return { address, http, webSocket };
  }

  #close({ http, webSocket }: Clients): void {
    const closed = http.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
    webSocket.retire(() => this.#webSockets.delete(webSocket));
  }

  #scheduleRemoval(name: string): void {
    if (this.#removals.has(name)) return;
    const remove = (): void => {
      this.#removals.delete(name);
      this.#close(this.#clients.get(name)!);
      this.#clients.delete(name);
    };
    this.#removals.set(name, setTimeout(remove, removalGraceMs).unref());
  }

  #cancelRemoval(name: string): void {
    clearTimeout(this.#removals.get(name));
    this.#removals.delete(name);
  }
}

function fetchBy(clients: Clients | undefined, request: SubgraphRequest, scope: RequestScope): Promise<SubgraphResult> {
  const result = clients ? clients.http.fetch(request, scope) : Promise.reject(unknownSubgraph(request.subgraph));
  scope.onFetch?.(request, result);
  return result;
}

function subscribeBy(
  clients: Clients | undefined,
  request: SubgraphRequest,
  scope: RequestScope,
): AsyncIterable<SubgraphResult> {
  return clients?.webSocket.subscribe(request, scope) ?? failedStream(unknownSubgraph(request.subgraph));
}

function failedStream(failure: SubgraphFailure): AsyncIterable<SubgraphResult> {
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
