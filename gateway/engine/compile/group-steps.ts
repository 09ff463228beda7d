import { type FetchStep, hasContext, isEntityStep } from './fetch-step.ts';

/** Steps that are sent in one request. */
export interface StepGroup {
  readonly subgraph: string;
  readonly steps: readonly FetchStep[];
}

/**
 * Groups the entity fetches of each wave by subgraph. A step whose dependents can wait moves to a later wave that has a
 * request to its subgraph anyway. That saves a request and makes no chain of requests longer.
 */
export function groupSteps(steps: readonly FetchStep[]): StepGroup[] {
  const wave = assignWaves(steps);
  const groups = new Map<string, FetchStep[]>();
  for (const step of steps) {
    const key = isMergeable(step) ? `${wave.get(step)}/${step.subgraph}` : `step/${step.id}`;
    const group = groups.get(key);
    if (group) group.push(step);
    else groups.set(key, [step]);
  }
  return [...groups.values()].map((members) => ({ subgraph: members[0]!.subgraph, steps: members }));
}

function assignWaves(steps: readonly FetchStep[]): Map<FetchStep, number> {
  const dependents = findDependents(steps);
  const latest = latestWaves(steps, dependents);
  const wave = new Map(steps.map((step) => [step, step.level]));
  const occupied = new Set<string>();
  // Later steps come first: a step can join only a wave that is occupied, and the waves of its dependents must be final by then.
  for (const step of steps.toSorted((a, b) => b.level - a.level)) {
    if (isMergeable(step)) {
      const limit = Math.min(latest.get(step)!, ...dependents.get(step)!.map((other) => wave.get(other)! - 1));
      for (let candidate = step.level + 1; candidate <= limit; candidate++) {
        if (!occupied.has(`${candidate}/${step.subgraph}`)) continue;
        wave.set(step, candidate);
        break;
      }
      occupied.add(`${wave.get(step)}/${step.subgraph}`);
    }
  }
  return wave;
}

/** The last wave in which a step can run without making the whole plan longer. */
function latestWaves(steps: readonly FetchStep[], dependents: Dependents): Map<FetchStep, number> {
  const last = Math.max(0, ...steps.map((step) => step.level));
  const latest = new Map<FetchStep, number>();
  for (const step of steps.toReversed()) {
    const next = dependents.get(step)!.map((other) => latest.get(other)! - 1);
    latest.set(step, Math.min(last, ...next));
  }
  return latest;
}

type Dependents = ReadonlyMap<FetchStep, readonly FetchStep[]>;

function findDependents(steps: readonly FetchStep[]): Dependents {
  const dependents = new Map<FetchStep, FetchStep[]>(steps.map((step) => [step, []]));
  for (const step of steps) for (const before of step.after) dependents.get(before)!.push(step);
  return dependents;
}

/** Steps with a context can't be grouped: one request has one value for each variable, but targets in different contexts need different values. */
function isMergeable(step: FetchStep): boolean {
  return isEntityStep(step) && !hasContext(step);
}
