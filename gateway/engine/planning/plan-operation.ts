import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { buildASTSchema, parse } from 'graphql';
import { countSelections } from '../document/count-selections.ts';
import { correctSupergraph } from '../supergraph/corrections.ts';
import { readFieldSubgraphs } from '../supergraph/field-subgraphs.ts';
import { readInterfaceObjects } from '../supergraph/interface-objects.ts';
import { parseSupergraph } from '../supergraph/model.ts';
import { addTypenames, readNarrowedFields } from './add-typenames.ts';
import { dropRedundantFetches } from './drop-redundant-fetches.ts';
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
    fieldSubgraphs: readFieldSubgraphs(whole),
  };
  const narrowed = readNarrowedFields(whole, graph.schema);
  const rewritings = createRewritings(whole, graph);
  return ({ source, operationName, activeLabels, candidates = 1 }) => {
    const overrideConditions = new Map(activeLabels.map((label) => [label, true]));
    const exact = hideExactLiterals(parse(source, { noLocation: true }), source, graph.schema);
    const apart = separateKeys(unfoldFragments(exact.document), graph);
    const attempts = listAttempts(rewritings, plansToCompare(countSelections(apart.document)));
    const { plan, compared } = runFirstPossible(attempts, ({ rewrite, compared }) => {
      const operation = operationFromDocument(apiSchema, rewrite(apart.document), { operationName, validate: false });
      planner['config'].debug.maxEvaluatedPlans = compared;
      return { plan: withoutMarkers(planner.buildQueryPlan(operation, { overrideConditions })), compared };
    });
    const byType = apart.restore(separateTypes(plan, apart.document, operationName, graph));
    const restored = addTypenames(restorePlan(byType, corrected), narrowed, graph.schema);
    return exact.restore(candidates > compared ? dropRedundantFetches(restored, graph) : restored);
  };
}

/**
 * How many candidate plans are compared. Their number multiplies with each field that several subgraphs can resolve, and larger plans take longer to
 * compare. Beyond this number, the planner takes each field from the subgraph that needs the fewest steps.
 */
function plansToCompare(selections: number): number {
  return Math.max(10, Math.min(500, Math.ceil(30_000 / Math.max(selections, 1))));
}

/** One run of the planner. */
interface Attempt {
  readonly rewrite: Rewriting;
  /** How many candidate plans are compared. */
  readonly compared: number;
}

/**
 * Lists the attempts for an operation, the best first. The planner fails when it can't compute the cost of one of the candidate plans. The first plan
 * that it finds may still be good, so later attempts compare only one.
 */
function listAttempts(rewritings: readonly Rewriting[], plans: number): Attempt[] {
  return [plans, 1].flatMap((compared) => rewritings.map((rewrite) => ({ rewrite, compared })));
}

/** Returns the result of the first attempt on which the planner doesn't fail. */
function runFirstPossible<Result>(attempts: readonly Attempt[], run: (attempt: Attempt) => Result): Result {
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
