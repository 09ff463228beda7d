import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { CompactTexts } from '../values/compact-texts.ts';
import type { Planner, PlanRequest } from './planner.ts';

/** Plans that are kept at most. Further ones are made when a request needs them. */
const maxPlans = 400_000;

/** Keeps the plans of trusted documents as compact text, so that requests never plan them. It belongs to one supergraph. */
export class KeptPlans implements Planner {
  readonly #planner: Planner;
  readonly #onPlanned: (request: PlanRequest) => void;
  readonly #plans = new Map<string, string>();
  readonly #texts = new CompactTexts();

  /** @param onPlanned called for each request that no kept plan answers */
  constructor(planner: Planner, onPlanned: (request: PlanRequest) => void) {
    this.#planner = planner;
    this.#onPlanned = onPlanned;
  }

  async plan(request: PlanRequest): Promise<QueryPlan> {
    const key = planKey(request);
    const kept = this.#plans.get(key);
    if (kept !== undefined) return JSON.parse(this.#texts.unpack(kept)) as QueryPlan; // it was packed as a plan
    this.#onPlanned(request);
    const plan = await this.#planner.plan(request);
    if (request.isTrusted && this.#plans.size < maxPlans) this.#plans.set(key, this.#texts.pack(JSON.stringify(plan)));
    return plan;
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
