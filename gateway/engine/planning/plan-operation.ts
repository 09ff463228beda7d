import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';
import { correctSupergraph } from '../supergraph/corrections.ts';
import { parseSupergraph } from '../supergraph/model.ts';
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
  return ({ source, operationName, activeLabels }) => {
    const document = parse(source, { noLocation: true });
    const operation = operationFromDocument(apiSchema, document, { operationName, validate: false });
    const overrideConditions = new Map(activeLabels.map((label) => [label, true]));
    return restorePlan(planner.buildQueryPlan(operation, { overrideConditions }), corrected);
  };
}
