import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { CompactTexts } from '../values/compact-texts.ts';
import type { Planner, PlanRequest } from './planner.ts';

/** Plans that are kept at most. Further ones are made when a request needs them. */
const maxPlans = 400_000;

/** A plan as JSON text, by the key of its request. */
export interface KeptPlan {
  readonly key: string;
  readonly text: string;
}

export interface KeptPlansOptions {
  /** Called for each request that no kept plan answers. */
  readonly onPlanned: (request: PlanRequest) => void;
  /** Called for each new plan that was made ahead of requests. */
  readonly onMadeAhead?: (plan: KeptPlan) => void;
}

/** Keeps the plans of trusted documents as compact text, so that requests never plan them. It belongs to one supergraph. */
export class KeptPlans implements Planner {
  readonly #planner: Planner;
  readonly #options: KeptPlansOptions;
  readonly #plans = new Map<string, string>();
  readonly #texts = new CompactTexts();

  constructor(planner: Planner, options: KeptPlansOptions) {
    this.#planner = planner;
    this.#options = options;
  }

  async plan(request: PlanRequest): Promise<QueryPlan> {
    const key = planKey(request);
    const kept = this.#plans.get(key);
    if (kept !== undefined) return JSON.parse(this.#texts.unpack(kept)) as QueryPlan; // it was packed as a plan
    this.#options.onPlanned(request);
    const plan = await this.#planner.plan(request);
    if (!request.isTrusted) return plan;
    const text = JSON.stringify(plan);
    this.restore({ key, text });
    if (request.isAhead) this.#options.onMadeAhead?.({ key, text });
    return plan;
  }

  /** Keeps a plan that was made before for the same supergraph. */
  restore({ key, text }: KeptPlan): void {
    if (this.#plans.size < maxPlans && !this.#plans.has(key)) this.#plans.set(key, this.#texts.pack(text));
  }

  close(): Promise<void> {
    this.#plans.clear();
    return this.#planner.close();
  }
}

function planKey({ source, operationName, activeLabels }: PlanRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([source, operationName, activeLabels]))
    .digest('base64');
}
