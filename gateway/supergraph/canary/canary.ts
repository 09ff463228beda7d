import { hash } from 'node:crypto';
import { documentId } from '../../access/documents/manifest.ts';
import type { CanaryConfig } from '../../config.ts';
import type { Generation } from '../generation.ts';
import { judge } from './judge.ts';
import { Traffic, type TrafficFigures } from './traffic.ts';

export interface CanaryOptions extends CanaryConfig {
  readonly current: Generation;
  readonly candidate: Generation;
  /** Requests of the current generation before the canary. They count while it has too few beside the canary. */
  readonly before: Traffic;
  /** Called once. `reason` is undefined if the candidate may take over. */
  readonly onDecision: (reason: string | undefined) => void;
  readonly now?: () => number;
}

/** Milliseconds between two judgements. */
const judgeEveryMs = 500;
/** Requests of the current generation beside the canary that are compared with. */
const enoughBeside = 20;

/** A new supergraph that serves a share of the callers beside the current one, until it is promoted or rolled back. */
export class Canary {
  readonly #options: CanaryOptions;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #salt: string;
  readonly #traffic = { current: new Traffic(), candidate: new Traffic() };
  readonly #timer: NodeJS.Timeout;
  #isOver = false;

  constructor(options: CanaryOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#startedAt = this.#now();
    // Every supergraph is tried by other callers.
    this.#salt = documentId(options.candidate.supergraphSdl);
    this.#timer = setInterval(() => this.judge(), judgeEveryMs).unref();
  }

  get candidate(): Generation {
    return this.#options.candidate;
  }

  get figures(): { readonly current: TrafficFigures; readonly candidate: TrafficFigures } {
    const { current, candidate } = this.#traffic;
    const compared = current.requests < enoughBeside ? this.#options.before : current;
    return { current: compared.figures(), candidate: candidate.figures() };
  }

  /** The generation of this caller: the same one for all its requests. */
  generationFor(caller: string): Generation {
    const { current, candidate, share } = this.#options;
    const digest = hash('sha256', `${this.#salt} ${caller}`, 'hex');
    return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32 < share ? candidate : current;
  }

  note(generation: Generation, hasFailed: boolean, milliseconds: number): void {
    const { current, candidate, enoughRequests } = this.#options;
    if (generation === current) this.#traffic.current.note(hasFailed, milliseconds);
    if (generation !== candidate) return;
    this.#traffic.candidate.note(hasFailed, milliseconds);
    if (this.#traffic.candidate.requests === enoughRequests) this.judge();
  }

  /** Decides, if enough is known. */
  judge(): void {
    if (this.#isOver) return;
    const { current, candidate } = this.figures;
    const verdict = judge(current, candidate, this.#now() - this.#startedAt, this.#options);
    if (verdict.kind === 'wait') return;
    this.stop();
    this.#options.onDecision(verdict.kind === 'roll back' ? verdict.reason : undefined);
  }

  /** Ends the canary without a decision. */
  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }
}
