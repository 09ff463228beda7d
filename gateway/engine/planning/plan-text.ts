import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';

/** The properties of a plan that have GraphQL text. */
const texts = new Set(['operation', 'subselection']);

/** Formats a query plan for people. @param show changes a GraphQL text before it is shown */
export function planText(plan: QueryPlan, show: (text: string) => string): string {
  const copy = JSON.stringify(plan, (key, value: unknown) =>
    texts.has(key) && typeof value === 'string' ? show(value) : value,
  );
  return prettyFormatQueryPlan(JSON.parse(copy) as QueryPlan); // the cast is safe: it is a copy of the plan
}
