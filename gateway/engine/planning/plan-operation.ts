import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { buildASTSchema, parse } from 'graphql';
import { countSelections } from '../document/count-selections.ts';
import { readAnswering } from '../supergraph/answering.ts';
import { correctSupergraph } from '../supergraph/corrections.ts';
import { readInterfaceObjects } from '../supergraph/interface-objects.ts';
import { parseSupergraph } from '../supergraph/model.ts';
import { askForTypes, readNarrowedFields } from './ask-for-types.ts';
import { dropSpareFetches } from './drop-spare-fetches.ts';
import { hideExactLiterals } from './exact-literals.ts';
import { type PlanRequest, planningFailure } from './planner.ts';
import { restorePlan } from './restore-plan.ts';
import { createRewritings, type Rewriting, withoutMarkers } from './rewritings.ts';
import { separateKeys } from './separate-keys.ts';
import { type PlannedGraph, separateTypes } from './separate-types.ts';
import { unfoldFragments } from './unfold-fragments.ts';

export type PlanOperation = (request: PlanRequest) => QueryPlan;

/** Builds the planner's graph once (tens of milliseconds to seconds) and returns the synchronous planning function. */
export function createPlanOperation(supergraphSdl: string): PlanOperation {
  const corrected = correctSupergraph(supergraphSdl);
  const supergraph = parseSupergraph(corrected.sdl);
  const planner = new QueryPlanner(supergraph, {
    incrementalDelivery: { enableDefer: true },
    typeConditionedFetching: true,
  });
  const apiSchema: Schema = planner.supergraph.apiSchema();
  const whole = parse(supergraphSdl, { noLocation: true });
  const interfaceObjects = readInterfaceObjects(whole);
  const graph: PlannedGraph = {
    schema: buildASTSchema(whole, { assumeValid: true, assumeValidSDL: true }),
    interfaceObjects,
    requiredBy: corrected.requiredBy,
    keysOf: corrected.keysOf,
    answering: readAnswering(whole),
  };
  const narrowed = readNarrowedFields(whole, graph.schema);
  const rewritings = createRewritings(whole, graph);
  return ({ source, operationName, activeLabels, ways = 1 }) => {
    const overrideConditions = new Map(activeLabels.map((label) => [label, true]));
    const exact = hideExactLiterals(parse(source, { noLocation: true }), source, graph.schema);
    const apart = separateKeys(unfoldFragments(exact.document), graph);
    const attempts = attemptsOf(rewritings, plansToCompare(countSelections(apart.document)));
    const { plan, compared } = firstOf(attempts, ({ rewrite, compared }) => {
      const operation = operationFromDocument(apiSchema, rewrite(apart.document), { operationName, validate: false });
      planner['config'].debug.maxEvaluatedPlans = compared;
      return { plan: withoutMarkers(planner.buildQueryPlan(operation, { overrideConditions })), compared };
    });
    const byType = apart.restore(separateTypes(plan, apart.document, operationName, graph));
    const restored = askForTypes(restorePlan(byType, corrected), narrowed, graph.schema);
    return exact.restore(ways > compared ? dropSpareFetches(restored, graph) : restored);
  };
}

/**
 * How many plans are compared where fields can be had from several subgraphs: their number multiplies from field to field, and comparing takes the
 * longer the larger they are. Beyond that, fields stay with the subgraph that takes the fewest steps to get to.
 */
function plansToCompare(selections: number): number {
  return Math.max(10, Math.min(500, Math.ceil(30_000 / Math.max(selections, 1))));
}

/** How the planner is asked for a plan. */
interface Attempt {
  readonly rewrite: Rewriting;
  /** How many plans are compared. */
  readonly compared: number;
}

/**
 * What is tried for an operation, the best first. The planner fails when it can't tell the cost of one of the plans that it compares; the first plan
 * it finds may be good all the same.
 */
function attemptsOf(rewritings: readonly Rewriting[], plans: number): Attempt[] {
  return [plans, 1].flatMap((compared) => rewritings.map((rewrite) => ({ rewrite, compared })));
}

/** The result of the first attempt in which the planner doesn't fail. */
function firstOf<Result>(attempts: readonly Attempt[], run: (attempt: Attempt) => Result): Result {
  let failure: unknown;
  for (const attempt of attempts) {
    try {
      return run(attempt);
    } catch (error) {
      if (planningFailure(error).reason !== 'failed') throw error;
      failure ??= error;
    }
  }
  throw failure;
}
