import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { buildASTSchema, parse } from 'graphql';
import { correctSupergraph } from '../supergraph/corrections.ts';
import { readInterfaceObjects } from '../supergraph/interface-objects.ts';
import { parseSupergraph } from '../supergraph/model.ts';
import { askForTypes, readNarrowedFields } from './ask-for-types.ts';
import { hideExactLiterals } from './exact-literals.ts';
import type { PlanRequest } from './planner.ts';
import { restorePlan } from './restore-plan.ts';
import { type PlannedGraph, separateTypes } from './separate-types.ts';

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
  const graph: PlannedGraph = {
    schema: buildASTSchema(whole, { assumeValid: true, assumeValidSDL: true }),
    interfaceObjects: readInterfaceObjects(whole),
    requiredBy: corrected.requiredBy,
    keysOf: corrected.keysOf,
  };
  const narrowed = readNarrowedFields(whole, graph.schema);
  return ({ source, operationName, activeLabels }) => {
    const { document, restore } = hideExactLiterals(parse(source, { noLocation: true }), source, graph.schema);
    const operation = operationFromDocument(apiSchema, document, { operationName, validate: false });
    const overrideConditions = new Map(activeLabels.map((label) => [label, true]));
    const plan = planner.buildQueryPlan(operation, { overrideConditions });
    const restored = restorePlan(separateTypes(plan, document, operationName, graph), corrected);
    return restore(askForTypes(restored, narrowed, graph.schema));
  };
}
