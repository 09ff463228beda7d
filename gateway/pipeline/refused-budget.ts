import type { Budgets } from '../access/budget/budgets.ts';
import { rateLimitHeaders, throttleStatus } from '../access/budget/report.ts';
import type { Refused } from './outcome.ts';
import type { Identified } from './stages.ts';

/** Adds the caller's budget to the outcome of an operation that was refused before it was paid. */
export async function reportBudget(
  refused: Refused,
  { caller, address }: Identified,
  price: number | undefined,
  budgets: Budgets,
): Promise<Refused> {
  const state = await budgets.read(caller.identity, address);
  const requestedQueryCost = price ?? estimateOf(refused) ?? null;
  const cost = { requestedQueryCost, actualQueryCost: null, throttleStatus: throttleStatus(state.points) };
  return {
    ...refused,
    headers: { ...rateLimitHeaders(state), ...refused.headers },
    extensions: { ...refused.extensions, cost },
  };
}

/** The price in a refusal of an operation that is too expensive for its caller. */
function estimateOf({ errors: [first] }: Refused): number | undefined {
  const estimate = first?.extensions['estimate'];
  return typeof estimate === 'number' ? estimate : undefined;
}
