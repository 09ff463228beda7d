import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Client, createClient } from 'graphql-ws';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { type LiveGraph, startLiveGraph } from './live-graph.ts';
import type { Holding } from './measured-gateway.ts';

export interface StormOptions {
  readonly reloads: number;
  /** Reloads before the first measurement: caches and pools fill once. */
  readonly warmUp: number;
  /** Clients that ask without a pause. */
  readonly clients: number;
  /** Every so many files one is broken. */
  readonly brokenEvery: number;
  /** Told after every file that the gateway has taken in. */
  readonly onProgress?: (done: number, holding: () => Promise<Holding>) => Promise<void>;
}

export interface StormFigures {
  readonly loaded: number;
  readonly refused: number;
  readonly requests: number;
  /** Milliseconds that the slowest answers took, the slowest first. */
  readonly slowestMs: readonly number[];
  /** What clients got instead of the right answer. */
  readonly wrong: readonly unknown[];
  /** Events that the subscriptions opened before the first reload got, and those opened and closed on the way. */
  readonly events: { readonly lasting: readonly number[]; readonly passing: number };
  /** Why a lasting subscription ended before its time. */
  readonly ended: readonly unknown[];
  readonly before: Holding;
  readonly after: Holding;
}

const query = '{ vehicle(id: "7") { plate yard } }';
const expected = { data: { vehicle: { plate: 'PLATE-7', yard: 'Yard 7' } } };
const watch = 'subscription($ids: [ID!]!) { moved(ids: $ids) { speed vehicle { plate yard } } }';

/** Subscriptions that outlive all reloads, and reloads that a passing one lives through. */
const lastingSubscriptions = 3;
const passingLife = 4;

/** The current one, and that of the lasting subscriptions. */
const enginesInUse = 2;
const settleMs = 250;
const settleTries = 60;

/** Rewrites the supergraph of a running gateway again and again while clients ask and subscribe, and says what it cost them. */
export async function reloadStorm(options: StormOptions): Promise<StormFigures> {
  const graph = await startLiveGraph();
  const folder = mkdtempSync(join(tmpdir(), 'freight-storm-'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, graph.supergraphSdl);
  const gateway = await startGatewayProcess(file);
  const storm = new Storm(gateway, graph, file, options);
  try {
    return await storm.run();
  } finally {
    await storm.close();
    await gateway.stop();
    await graph.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Storm {
  readonly #gateway: GatewayProcess;
  readonly #graph: LiveGraph;
  readonly #file: string;
  readonly #options: StormOptions;
  readonly #agent = new Agent({ connections: 16 });
  readonly #client: Client;
  readonly #wrong: unknown[] = [];
  readonly #ended: unknown[] = [];
  readonly #lasting: number[] = Array(lastingSubscriptions).fill(0);
  readonly #passing: (() => void)[] = [];
  #passingEvents = 0;
  #requests = 0;
  #asking = 0;
  #pause: Promise<void> | undefined;
  #slowest: number[] = [];
  #onEvent = (): void => {};
  #running = true;
  #isOther = false;

  constructor(gateway: GatewayProcess, graph: LiveGraph, file: string, options: StormOptions) {
    this.#gateway = gateway;
    this.#graph = graph;
    this.#file = file;
    this.#options = options;
    const url = `${gateway.url.replace('http', 'ws')}/graphql`;
    this.#client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  }

  async run(): Promise<StormFigures> {
    const { clients, reloads, warmUp, onProgress } = this.#options;
    for (const index of this.#lasting.keys()) this.#subscribeForGood(index);
    await this.#graph.subscribed(lastingSubscriptions);
    const load = Array.from({ length: clients }, () => this.#ask());
    let before: Holding | undefined;
    for (let done = 0; done < reloads; done++) {
      if (done === warmUp) before = await this.#measure();
      await this.#replace(done);
      this.#subscribeForAWhile();
      await this.#graph.move('7', done);
      await this.#allSaw(done + 1);
      await onProgress?.(done + 1, () => this.#measure());
    }
    for (const leave of this.#passing.splice(0)) leave();
    const after = await this.#settled();
    this.#running = false;
    await Promise.all(load);
    const { loaded, refused } = await this.#counted();
    if (!before) throw new Error('more reloads than those of the warm-up are required');
    return {
      loaded,
      refused,
      requests: this.#requests,
      slowestMs: this.#slowest.map(Math.round),
      wrong: this.#wrong,
      events: { lasting: this.#lasting, passing: this.#passingEvents },
      ended: this.#ended,
      before,
      after,
    };
  }

  async close(): Promise<void> {
    this.#running = false;
    await this.#client.dispose();
    await this.#agent.destroy();
  }

  /** Puts the next file in place, as a deployment does, and waits until the gateway has taken or refused it. */
  async #replace(index: number): Promise<void> {
    const before = await this.#counted();
    writeFileSync(`${this.#file}.next`, this.#text(index));
    renameSync(`${this.#file}.next`, this.#file);
    for (;;) {
      const { loaded, refused } = await this.#counted();
      if (loaded + refused > before.loaded + before.refused) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Two supergraphs in turn, whose fields and addresses differ; some are cut off. */
  #text(index: number): string {
    const { supergraphSdl } = this.#graph;
    const { brokenEvery } = this.#options;
    if (index % brokenEvery === brokenEvery - 1) return supergraphSdl.slice(0, supergraphSdl.length / 2 + index);
    this.#isOther = !this.#isOther;
    if (!this.#isOther) return supergraphSdl;
    return supergraphSdl.replaceAll('yards', 'depots').replaceAll('/graphql"', '/graphql?next"');
  }

  async #ask(): Promise<void> {
    while (this.#running) {
      await this.#pause;
      this.#asking++;
      const startedAt = performance.now();
      const answer = await this.#send().catch((error: unknown) => error);
      this.#asking--;
      this.#requests++;
      this.#slowest = [...this.#slowest, performance.now() - startedAt].sort((one, other) => other - one).slice(0, 5);
      if (this.#running && !isDeepStrictEqual(answer, expected)) this.#wrong.push(answer);
    }
  }

  async #send(): Promise<unknown> {
    const { body } = await request(`${this.#gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      dispatcher: this.#agent,
    });
    return body.json();
  }

  #subscribeForGood(index: number): void {
    const ids = ['7', String(index)]; // different variables: each is a stream of its own
    this.#client.subscribe(
      { query: watch, variables: { ids } },
      {
        next: (payload) => {
          if (payload.errors) this.#end(payload.errors);
          else this.#lasting[index]! += 1;
          this.#onEvent();
        },
        error: (error) => this.#end(error),
        complete: () => {
          if (this.#running) this.#end('completed');
        },
      },
    );
  }

  #end(reason: unknown): void {
    this.#ended.push(reason);
    this.#onEvent();
  }

  /** Waits until every lasting subscription has had so many events; at once when one has ended. */
  #allSaw(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onEvent = () => {
        if (this.#ended.length > 0 || this.#lasting.every((events) => events >= count)) resolve();
      };
      this.#onEvent();
    });
  }

  #subscribeForAWhile(): void {
    const leave = this.#client.subscribe(
      { query: watch, variables: { ids: ['7', 'passing'] } },
      { next: () => this.#passingEvents++, error: (error) => this.#end(error), complete: () => {} },
    );
    this.#passing.push(leave);
    if (this.#passing.length > passingLife) this.#passing.shift()?.();
  }

  /** Measures while nobody asks: walking the heap stops the gateway for a second or more, which is no part of what reloads cost. */
  async #measure(): Promise<Holding> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pause = promise;
    try {
      while (this.#asking > 0) await new Promise((again) => setTimeout(again, 5));
      return await this.#gateway.measure();
    } finally {
      this.#pause = undefined;
      resolve();
    }
  }

  /** What it holds when all that was under way has ended: sockets of older supergraphs linger for some seconds. */
  async #settled(): Promise<Holding> {
    for (let tries = 0; ; tries++) {
      const holding = await this.#measure();
      if (holding.alive.engines <= enginesInUse || tries === settleTries) return holding;
      await new Promise((resolve) => setTimeout(resolve, settleMs));
    }
  }

  async #counted(): Promise<{ loaded: number; refused: number }> {
    const { body } = await request(`${this.#gateway.adminUrl}/metrics`, { dispatcher: this.#agent });
    const text = await body.text();
    const of = (outcome: string) =>
      Number(new RegExp(`gateway_supergraph_reloads_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
    return { loaded: of('loaded'), refused: of('refused') };
  }
}
