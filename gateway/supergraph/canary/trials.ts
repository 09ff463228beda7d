import { documentId } from '../../access/documents/manifest.ts';
import type { GatewayConfig } from '../../config.ts';
import type { TrialTransport } from '../../transport/transport.ts';
import type { Generation } from '../generation.ts';
import type { CanaryStatus } from '../status.ts';
import { Canary } from './canary.ts';
import { Traffic } from './traffic.ts';

/** A request with a single response that has ended. */
export interface ServedRequest {
  readonly generation: Generation;
  /** True if the graph was the cause of a failure, not the caller. */
  readonly hasFailed: boolean;
  readonly milliseconds: number;
}

export type CanaryChange = 'begun' | 'promoted' | 'rolled back' | 'replaced';

export interface TrialsOptions {
  readonly config: Pick<GatewayConfig, 'canary'>;
  readonly onChange?: ((change: CanaryChange) => void) | undefined;
  /** Called for every request that ends during a trial. */
  readonly onServed?: ((generation: 'current' | 'canary', request: ServedRequest) => void) | undefined;
}

/** What happens at the ends of a trial. */
export interface TrialSteps {
  readonly promote: (candidate: Generation, connect: () => void) => void;
  readonly rollBack: (reason: string) => void;
}

interface Trial {
  readonly canary: Canary;
  readonly transport: TrialTransport;
}

/** Tries new supergraphs on a share of the callers, one at a time. */
export class Trials {
  readonly #options: TrialsOptions;
  /** Requests of the current generation while nothing is on trial. */
  #before: { readonly generation: Generation; readonly traffic: Traffic } | undefined;
  #trial: Trial | undefined;
  /** Candidates that were not promoted, while requests still use them. */
  readonly #given = new Set<Generation>();

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  get candidate(): Generation | undefined {
    return this.#trial?.canary.candidate;
  }

  get status(): CanaryStatus | null {
    if (!this.#trial) return null;
    const { candidate, figures } = this.#trial.canary;
    return { hash: documentId(candidate.supergraphSdl), figures };
  }

  /** Undefined if nothing is on trial. */
  generationFor(caller: string): Generation | undefined {
    return this.#trial?.canary.generationFor(caller);
  }

  note(request: ServedRequest, current: Generation): void {
    const { generation, hasFailed, milliseconds } = request;
    if (this.#trial) {
      this.#options.onServed?.(generation === this.candidate ? 'canary' : 'current', request);
      this.#trial.canary.note(generation, hasFailed, milliseconds);
    } else if (generation === current) {
      this.#trafficOf(current).note(hasFailed, milliseconds);
    }
  }

  /** Begins to serve a share of the callers by a new supergraph, which was opened over these connections. */
  begin(current: Generation, candidate: Generation, transport: TrialTransport, steps: TrialSteps): void {
    const { config, onChange } = this.#options;
    transport.connect(candidate.subgraphs);
    const canary = new Canary({
      ...{ current, candidate, before: this.#trafficOf(current), ...config.canary },
      onDecision: (reason) => {
        this.#trial = undefined;
        if (reason === undefined) {
          steps.promote(candidate, () => transport.promote());
          onChange?.('promoted');
        } else {
          this.#giveUp(candidate, transport);
          onChange?.('rolled back');
          steps.rollBack(reason);
        }
      },
    });
    this.#trial = { canary, transport };
    onChange?.('begun');
  }

  /** Ends a trial without a decision. */
  abandon(): void {
    if (!this.#trial) return;
    const { canary, transport } = this.#trial;
    this.#trial = undefined;
    canary.stop();
    this.#giveUp(canary.candidate, transport);
    this.#options.onChange?.('replaced');
  }

  /** Closes every generation that was on trial. */
  async close(): Promise<void> {
    this.abandon();
    await Promise.all([...this.#given].map((generation) => generation.close()));
  }

  /** Requests that have begun on the candidate end on it. */
  #giveUp(candidate: Generation, transport: TrialTransport): void {
    this.#given.add(candidate);
    candidate.retire();
    void candidate.closed.finally(() => transport.close()).finally(() => this.#given.delete(candidate));
  }

  #trafficOf(generation: Generation): Traffic {
    if (this.#before?.generation !== generation) this.#before = { generation, traffic: new Traffic() };
    return this.#before.traffic;
  }
}
