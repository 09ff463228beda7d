import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { buildASTSchema, parse } from 'graphql';
import { correctSupergraph } from '../supergraph/corrections.ts';
import { readInterfaceObjects } from '../supergraph/interface-objects.ts';
import { parseSupergraph } from '../supergraph/model.ts';
import { askForTypes, readNarrowedFields } from './ask-for-types.ts';
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
  };
  const narrowed = readNarrowedFields(whole, graph.schema);
  const rewritings = createRewritings(whole, graph);
  return ({ source, operationName, activeLabels }) => {
    const overrideConditions = new Map(activeLabels.map((label) => [label, true]));
    const exact = hideExactLiterals(parse(source, { noLocation: true }), source, graph.schema);
    const apart = separateKeys(unfoldFragments(exact.document), graph);
    const plan = firstOf(rewritings, (rewrite) => {
      const operation = operationFromDocument(apiSchema, rewrite(apart.document), { operationName, validate: false });
      return withoutMarkers(planner.buildQueryPlan(operation, { overrideConditions }));
    });
    const byType = apart.restore(separateTypes(plan, apart.document, operationName, graph));
    return exact.restore(askForTypes(restorePlan(byType, corrected), narrowed, graph.schema));
  };
}

/** The plan of the first way to write an operation on which the planner doesn't fail. */
function firstOf(ways: readonly Rewriting[], planWritten: (way: Rewriting) => QueryPlan): QueryPlan {
  let failure: unknown;
  for (const way of ways) {
    try {
      return planWritten(way);
    } catch (error) {
      if (planningFailure(error).reason !== 'failed') throw error;
      failure ??= error;
    }
  }
  throw failure;
}
