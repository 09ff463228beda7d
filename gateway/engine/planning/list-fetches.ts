import type { FetchNode, QueryPlan } from '@apollo/query-planner';

/** The subgraph of each fetch of a plan, in the order of the plan. */
export function listFetches(plan: QueryPlan): string[] {
  const subgraphs: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isFetch(value)) {
      subgraphs.push(value.serviceName);
      return;
    }
    for (const part of Object.values(value)) visit(part);
  };
  visit(plan);
  return subgraphs;
}

function isFetch(value: object): value is FetchNode {
  return 'kind' in value && value.kind === 'Fetch';
}
