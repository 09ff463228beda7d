import type { Spending } from '../access/budget/spending.ts';
import type { Explanation } from './explanation.ts';

/** How the writers of incremental formats end a payload that others follow. */
const moreFollows = '"hasNext":true}';

export interface PartsOptions {
  /** Undefined if responses cost nothing. */
  readonly spending: Spending | undefined;
  /** What all payloads so far have cost. */
  readonly spent: () => number;
  readonly explanation: Explanation | undefined;
}

/** Adds the explanation to the first payload of a response in parts, and `extensions.cost` to the last one, with which the budget is settled. */
export async function* extendParts(
  parts: AsyncIterable<string>,
  { spending, spent, explanation }: PartsOptions,
): AsyncGenerator<string> {
  let isFirst = true;
  for await (const part of parts) {
    const isLast = !part.endsWith(moreFollows);
    if (isLast) spending?.settle(spent());
    const extensions = {
      ...(isFirst && explanation?.extensions()),
      ...(isLast && spending && { cost: spending.report() }),
    };
    isFirst = false;
    // A payload is an object with at least one entry and without extensions.
    yield Object.keys(extensions).length === 0
      ? part
      : `${part.slice(0, -1)},"extensions":${JSON.stringify(extensions)}}`;
  }
}
