import type { ApolloGateway, SupergraphSdlUpdateFunction } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { OnDocumentWork } from '../access/documents/documents.ts';
import { documentId } from '../access/documents/manifest.ts';
import type { TrustedDocuments } from '../access/documents/trusted-documents.ts';
import type { GatewayConfig } from '../config.ts';
import type { ErrorPolicy } from '../engine/ports.ts';
import type { Transport } from '../transport/transport.ts';
import { type ServedRequest, Trials, type TrialsOptions } from './canary/trials.ts';
import { describeError } from './describe-error.ts';
import { readSupergraphFile } from './file.ts';
import type { RecentOperations } from './gate/recent-operations.ts';
import { type GateOptions, GateRefusal, SupergraphGate } from './gate/supergraph-gate.ts';
import type { Generation } from './generation.ts';
import { type GenerationOptions, openGeneration } from './open-generation.ts';
import { servableCopy } from './servable-copy.ts';
import type { RefusedSupergraph, SupergraphStatus } from './status.ts';
import type { PlanStore } from './stored-plans.ts';
import { watchSupergraphFile } from './watch.ts';

/** The supergraph that this gateway manages for @apollo/gateway. */
export interface ManagedSupergraph {
  /** Loads the first supergraph. `update` passes on every later one. */
  readonly load: (update: SupergraphSdlUpdateFunction) => Promise<{
    readonly supergraphSdl: string;
    readonly cleanup: () => Promise<void>;
  }>;
  /** Returns our engine's schema of the supergraph being loaded; undefined under `--engine apollo`, where @apollo/gateway builds its own. */
  readonly ownSchema: (() => GraphQLSchema) | undefined;
}

export interface LifecycleOptions {
  readonly config: GatewayConfig;
  readonly transport: Transport;
  readonly errorPolicy: ErrorPolicy;
  readonly log: Log;
  readonly trusted: TrustedDocuments;
  readonly plans?: PlanStore | undefined;
  readonly recent: RecentOperations;
  readonly onDocumentWork?: OnDocumentWork;
  /** Creates the @apollo/gateway whose supergraph is managed here. */
  readonly createApollo: (managed: ManagedSupergraph) => ApolloGateway;
  /** Called for every reload, and for every file that was refused. */
  readonly onReload?: (outcome: 'loaded' | 'refused') => void;
  readonly onGate?: GateOptions['onOutcome'];
  readonly onCanary?: TrialsOptions['onChange'];
  readonly onServed?: TrialsOptions['onServed'];
}

interface Refused extends RefusedSupergraph {
  readonly text: string;
}

/** Loads the supergraph file, watches it, and swaps generations under running traffic. */
export class SupergraphLifecycle {
  readonly apollo: ApolloGateway;
  readonly #options: LifecycleOptions;
  readonly #gate: SupergraphGate;
  readonly #trials: Trials;
  #current: Generation | undefined;
  /** The generation that is passed to @apollo/gateway. */
  #handedOver: Generation | undefined;
  /** Earlier generations that requests still use. */
  readonly #retired = new Set<Generation>();
  #reloading: Promise<void> = Promise.resolve();
  #reporting: Promise<void> = Promise.resolve();
  /** The last supergraph, unless it was loaded. Prevents that a file which can't be served is reported more than once. */
  #refused: Refused | undefined;
  #accepted: ReadonlySet<string> = new Set();
  #update: SupergraphSdlUpdateFunction = () => {};

  constructor(options: LifecycleOptions) {
    const { config, onGate, onCanary } = options;
    this.#options = options;
    this.#gate = new SupergraphGate({
      ...options,
      isAccepted: (hash) => this.#accepted.has(hash),
      onOutcome: onGate,
    });
    this.#trials = new Trials({ ...options, onChange: onCanary });
    this.apollo = options.createApollo({
      load: (update) => {
        this.#update = update;
        return this.#load();
      },
      ownSchema: config.engine === 'apollo' ? undefined : () => this.#schemaHandedOver(),
    });
  }

  get isLoaded(): boolean {
    return this.#current !== undefined;
  }

  /** The generation that has taken over. Available after the first load. */
  get current(): Generation {
    if (!this.#current) throw new Error('no supergraph is loaded');
    return this.#current;
  }

  /** The generations that new requests begin with: the current one, and one on trial. */
  get served(): readonly Generation[] {
    const { candidate } = this.#trials;
    return candidate ? [this.current, candidate] : [this.current];
  }

  /** The generation that a request of this caller begins with. */
  generationFor(caller: string): Generation {
    return this.#trials.generationFor(caller) ?? this.current;
  }

  /** Counts a request that has ended. */
  note(request: ServedRequest): void {
    this.#trials.note(request, this.current);
  }

  get status(): SupergraphStatus {
    const { supergraphGate: gate } = this.#options.config;
    const { text: _text, ...refused } = this.#refused ?? { text: '' };
    return {
      gate,
      current: documentId(this.current.supergraphSdl),
      canary: this.#trials.status,
      refused: 'hash' in refused ? refused : null,
    };
  }

  /** Replaces the supergraphs that administrators have accepted, by hash. One that the gate has refused is tried again. */
  accept(hashes: readonly string[]): void {
    this.#accepted = new Set(hashes);
    if (!this.#refused?.isByGate || !this.#accepted.has(this.#refused.hash)) return;
    this.#refused = undefined;
    void this.reload();
  }

  /** Loads the supergraph and begins to watch its file. @throws ConfigurationError */
  async start(): Promise<void> {
    await this.apollo.load();
  }

  stop(): Promise<void> {
    return this.apollo.stop();
  }

  /** Reads the file again. A supergraph that can't be served is logged and refused, and the previous one stays. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  #open(
    text: string,
    previous: Generation | undefined,
    transport: GenerationOptions['transport'] = this.#options.transport,
  ): Promise<Generation> {
    const { log } = this.#options;
    const onUnservable: GenerationOptions['onUnservable'] = ({ id, name, listings }, reason) =>
      log.warn(
        { document: id, name, clients: listings.map(({ client }) => client), reason },
        'this supergraph cannot serve a trusted document',
      );
    return openGeneration(text, { ...this.#options, transport, onUnservable }, previous);
  }

  #schemaHandedOver(): GraphQLSchema {
    const schema = this.#handedOver?.engine?.schema;
    if (!schema) throw new Error('no generation of our engine is being handed over');
    return schema;
  }

  #retire(previous: Generation): void {
    this.#retired.add(previous);
    previous.retire();
    void previous.closed.finally(() => this.#retired.delete(previous));
  }

  async #load() {
    const { config, transport } = this.#options;
    const text = await readSupergraphFile(config.supergraphFile);
    this.#current = await this.#open(text, undefined).catch((error: unknown) => {
      if (error instanceof ConfigurationError) throw error;
      throw new ConfigurationError(
        `--supergraph: a composed supergraph is required; ${config.supergraphFile} is refused: ${describeError(error)}`,
      );
    });
    this.#handedOver = this.#current;
    transport.update(this.#current.subgraphs);
    const watcher = watchSupergraphFile(config.supergraphFile, () => void this.reload());
    const cleanup = async (): Promise<void> => {
      watcher.close();
      this.#gate.stop();
      await Promise.all([this.#reloading, this.#reporting]);
      await this.#trials.close();
      await Promise.all([...this.#retired, this.current].map((generation) => generation.close()));
    };
    return { supergraphSdl: servableCopy(text), cleanup };
  }

  async #reload(): Promise<void> {
    const { config } = this.#options;
    let text: string | undefined;
    try {
      text = await readSupergraphFile(config.supergraphFile);
      if (text === this.#refused?.text || text === this.#trials.candidate?.supergraphSdl) return;
      this.#gate.stop();
      // A newer file replaces the one on trial.
      this.#trials.abandon();
      this.#refused = undefined;
      const previous = this.current;
      if (text === previous.supergraphSdl) return;
      await this.#gate.admit(text, previous.supergraphSdl);
      if (config.canary.share > 0 && config.engine === 'freight') await this.#try(text, previous);
      else this.#swap(await this.#open(text, previous));
    } catch (error) {
      this.#refuse(text, error);
    }
  }

  /** Serves a share of the callers by the new supergraph, until it is promoted or rolled back. */
  async #try(text: string, previous: Generation): Promise<void> {
    const trial = this.#options.transport.tryOut();
    const candidate = await this.#open(text, previous, trial);
    this.#trials.begin(previous, candidate, trial, {
      promote: (promoted, connect) => {
        try {
          this.#swap(promoted, connect);
        } catch (error) {
          this.#refuse(text, error);
        }
      },
      rollBack: (reason) => this.#refuse(text, new Error(`rolled back: ${reason}`)),
    });
    this.#options.log.info({ supergraph: documentId(text) }, 'a new supergraph is on trial');
  }

  /** @param connect makes the addresses of the new supergraph the current ones */
  #swap(next: Generation, connect = () => this.#options.transport.update(next.subgraphs)): void {
    const { log, onReload } = this.#options;
    const previous = this.current;
    this.#handedOver = next;
    try {
      this.#update(servableCopy(next.supergraphSdl));
    } catch (error) {
      next.retire();
      throw error;
    }
    connect();
    this.#current = next;
    this.#retire(previous);
    log.info({ subgraphs: Object.keys(next.subgraphs) }, 'supergraph reloaded');
    onReload?.('loaded');
    this.#reporting = this.#gate.report(next.supergraphSdl, previous.supergraphSdl);
  }

  #refuse(text: string | undefined, error: unknown): void {
    const { log, onReload } = this.#options;
    const reason = describeError(error);
    if (text !== undefined) {
      const isByGate = error instanceof GateRefusal;
      this.#refused = { text, hash: documentId(text), reason, isByGate, findings: isByGate ? error.findings : [] };
    }
    log.error(
      { reason, ...(text !== undefined && { supergraph: documentId(text) }) },
      'supergraph refused, the previous one stays',
    );
    onReload?.('refused');
  }
}
