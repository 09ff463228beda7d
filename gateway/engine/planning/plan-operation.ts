import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { buildASTSchema, parse } from 'graphql';
import { correctSupergraph } from '../supergraph/corrections.ts';
import { parseSupergraph } from '../supergraph/model.ts';
import { readSubgraphTypes } from '../supergraph/subgraph-types.ts';
import type { PlannedGraph } from './fetch-members.ts';
import { withLocalMembers } from './local-members.ts';
import type { PlanRequest } from './planner.ts';
import { restorePlan } from './restore-plan.ts';

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
    types: readSubgraphTypes(whole),
  };
  return ({ source, operationName, activeLabels }) => {
    const document = parse(source, { noLocation: true });
    const operation = operationFromDocument(apiSchema, document, { operationName, validate: false });
    const overrideConditions = new Map(activeLabels.map((label) => [label, true]));
    const plan = planner.buildQueryPlan(operation, { overrideConditions });
    return restorePlan(withLocalMembers(plan, document, operationName, graph), corrected);
  };
}
