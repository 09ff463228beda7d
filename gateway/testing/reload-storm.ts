import { setTimeout as sleep } from 'node:timers/promises';
import { defaultWebSocket } from '../transport/config.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { type LiveGraph, startLiveGraph } from './live-graph.ts';
import type { Holding } from './measured-gateway.ts';
import { countReloads, reloadSupergraph } from './reload-supergraph.ts';
import { SteadyClients } from './steady-clients.ts';
import { lastingSubscriptions, SteadySubscribers } from './steady-subscribers.ts';
import { type SupergraphFile, writeSupergraph } from './supergraph-file.ts';

export interface StormOptions {
  readonly reloads: number;
  /** Reloads before the first measurement. Caches and pools fill once. */
  readonly warmUp: number;
  /** Clients that send queries without a pause. */
  readonly clients: number;
  /** One in this many files is broken. */
  readonly brokenEvery: number;
  /** Called after every file that the gateway has loaded or refused. */
  readonly onProgress?: (done: number, holding: () => Promise<Holding>) => Promise<void>;
}

export interface StormFigures {
  readonly loaded: number;
  readonly refused: number;
  readonly requests: number;
  /** Times of the slowest responses, the slowest first. */
  readonly slowestMs: readonly number[];
  /** Wrong responses, and failures. */
  readonly wrong: readonly unknown[];
  /** Events on the lasting subscriptions, and on all passing ones together. */
  readonly events: { readonly lasting: readonly number[]; readonly passing: number };
  /** Why subscriptions ended before their time. */
  readonly ended: readonly unknown[];
  readonly before: Holding;
  readonly after: Holding;
}

/** The current engine, and the one of the lasting subscriptions. */
const enginesInUse = 2;
const settleMs = 250;
const settleTries = 30;

/** Replaces the supergraph of a running gateway again and again while clients send queries and subscribe. */
export async function reloadStorm(options: StormOptions): Promise<StormFigures> {
  const graph = await startLiveGraph();
  using supergraph = writeSupergraph(graph.supergraphSdl);
  // Each file breaks a query of the clients, which the gate would refuse.
  const gateway = await startGatewayProcess(supergraph.path, { SUPERGRAPH_GATE: 'off' });
  const storm = new Storm(gateway, graph, supergraph, options);
  try {
    return await storm.run();
  } finally {
    await storm.close();
    await gateway.stop();
    await graph.close();
  }
}

class Storm {
  readonly #gateway: GatewayProcess;
  readonly #graph: LiveGraph;
  readonly #supergraph: SupergraphFile;
  readonly #options: StormOptions;
  readonly #clients: SteadyClients;
  readonly #subscribers: SteadySubscribers;
  #isOther = false;

  constructor(gateway: GatewayProcess, graph: LiveGraph, supergraph: SupergraphFile, options: StormOptions) {
    this.#gateway = gateway;
    this.#graph = graph;
    this.#supergraph = supergraph;
    this.#options = options;
    const url = `${gateway.url}/graphql`;
    this.#clients = new SteadyClients(url);
    this.#subscribers = new SteadySubscribers(url.replace('http', 'ws'));
  }

  async run(): Promise<StormFigures> {
    const { clients, reloads, warmUp, onProgress } = this.#options;
    this.#subscribers.start();
    await this.#graph.subscribed(lastingSubscriptions);
    this.#clients.start(clients);
    let before: Holding | undefined;
    for (let done = 0; done < reloads; done++) {
      if (done === warmUp) before = await this.#measure();
      await reloadSupergraph(this.#gateway.adminUrl, this.#supergraph, this.#sdl(done));
      this.#subscribers.subscribeForAWhile();
      await this.#graph.move('7', done);
      await this.#subscribers.received(done + 1);
      await onProgress?.(done + 1, () => this.#measure());
    }
    if (!before) throw new Error('At least one reload must follow the warm-up.');
    this.#subscribers.endPassing();
    const after = await this.#settled();
    await this.#clients.stop();
    const { requests, slowestMs, wrong } = this.#clients;
    const { events, ended } = this.#subscribers;
    return {
      ...(await countReloads(this.#gateway.adminUrl)),
      requests,
      slowestMs,
      wrong,
      events,
      ended,
      before,
      after,
    };
  }

  async close(): Promise<void> {
    await this.#clients.stop();
    await this.#subscribers.close();
  }

  /** Two supergraphs in turn, whose fields and addresses differ. Some are cut off. */
  #sdl(index: number): string {
    const { supergraphSdl } = this.#graph;
    const { brokenEvery } = this.#options;
    if (index % brokenEvery === brokenEvery - 1) return supergraphSdl.slice(0, supergraphSdl.length / 2 + index);
    this.#isOther = !this.#isOther;
    if (!this.#isOther) return supergraphSdl;
    return supergraphSdl.replaceAll('yards', 'depots').replaceAll('/graphql"', '/graphql?next"');
  }

  /** Measures while no request is in flight: walking the heap stops the gateway for a second or more. */
  #measure(): Promise<Holding> {
    return this.#clients.paused(() => this.#gateway.measure());
  }

  /** Measures when the sockets of older supergraphs have been idle long enough to be closed. A measurement takes a second or more. */
  async #settled(): Promise<Holding> {
    await sleep(defaultWebSocket.lingerMs);
    for (let tries = 0; ; tries++) {
      const holding = await this.#measure();
      if (holding.alive.engines <= enginesInUse || tries === settleTries) return holding;
      await sleep(settleMs);
    }
  }
}
