import type { ApolloGateway, SupergraphSdlUpdateFunction } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { OnDocumentWork } from '../access/documents/documents.ts';
import type { TrustedDocuments } from '../access/documents/trusted-documents.ts';
import type { GatewayConfig } from '../config.ts';
import type { ErrorPolicy } from '../engine/ports.ts';
import type { Transport } from '../transport/transport.ts';
import { readSupergraphFile } from './file.ts';
import type { Generation } from './generation.ts';
import { type GenerationOptions, openGeneration } from './open-generation.ts';
import { servableCopy } from './servable-copy.ts';
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
  readonly onDocumentWork?: OnDocumentWork;
  /** Creates the @apollo/gateway whose supergraph is managed here. */
  readonly createApollo: (managed: ManagedSupergraph) => ApolloGateway;
  /** Called for every reload, and for every file that was refused. */
  readonly onReload?: (outcome: 'loaded' | 'refused') => void;
}

/** Loads the supergraph file, watches it, and swaps generations under running traffic. */
export class SupergraphLifecycle {
  readonly apollo: ApolloGateway;
  readonly #options: LifecycleOptions;
  #current: Generation | undefined;
  /** The generation that is passed to @apollo/gateway. */
  #handedOver: Generation | undefined;
  /** Earlier generations that requests still use. */
  readonly #retired = new Set<Generation>();
  #reloading: Promise<void> = Promise.resolve();
  /** The last text, unless it was loaded. Prevents that a file which can't be served is reported more than once. */
  #refused: string | undefined;
  #update: SupergraphSdlUpdateFunction = () => {};

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.apollo = options.createApollo({
      load: (update) => {
        this.#update = update;
        return this.#load();
      },
      ownSchema: options.config.engine === 'apollo' ? undefined : () => this.#schemaHandedOver(),
    });
  }

  get isLoaded(): boolean {
    return this.#current !== undefined;
  }

  /** The generation that new requests begin with. Available after the first load. */
  get current(): Generation {
    if (!this.#current) throw new Error('no supergraph is loaded');
    return this.#current;
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

  #open(text: string, previous: Generation | undefined): Promise<Generation> {
    const { log } = this.#options;
    const onUnservable: GenerationOptions['onUnservable'] = ({ id, name, listings }, reason) =>
      log.warn(
        { document: id, name, clients: listings.map(({ client }) => client), reason },
        'this supergraph cannot serve a trusted document',
      );
    return openGeneration(text, { ...this.#options, onUnservable }, previous);
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
      await this.#reloading;
      await Promise.all([...this.#retired, this.current].map((generation) => generation.close()));
    };
    return { supergraphSdl: servableCopy(text), cleanup };
  }

  async #reload(): Promise<void> {
    const { config, transport, log, onReload } = this.#options;
    const previous = this.current;
    try {
      const text = await readSupergraphFile(config.supergraphFile);
      if (text === previous.supergraphSdl || text === this.#refused) return;
      this.#refused = text;
      const next = await this.#open(text, previous);
      this.#handedOver = next;
      try {
        this.#update(servableCopy(text));
      } catch (error) {
        next.retire();
        throw error;
      }
      transport.update(next.subgraphs);
      this.#current = next;
      this.#refused = undefined;
      this.#retire(previous);
      log.info({ subgraphs: Object.keys(next.subgraphs) }, 'supergraph reloaded');
      onReload?.('loaded');
    } catch (error) {
      log.error({ reason: describeError(error) }, 'supergraph refused, the previous one stays');
      onReload?.('refused');
    }
  }
}

/** Describes an error in one line, with its causes if it has several. */
function describeError(error: unknown): string {
  const causes = typeof error === 'object' && error !== null && 'causes' in error ? error.causes : undefined;
  if (Array.isArray(causes) && causes.length > 0) return causes.map(describeError).join('; ');
  return errorMessage(error).split('\n')[0] ?? '';
}
