import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Checked, Priced } from './stages.ts';

/** What a price must not exceed. */
export interface PriceLimits {
  /** Points that any operation may cost; undefined for no limit. */
  readonly maxQueryCost: number | undefined;
  /** Points that the caller's bucket holds when it is full; undefined if nobody pays. */
  readonly burst: number | undefined;
  /** True if the price is needed even without a limit. */
  readonly isCharged: boolean;
}

/**
 * Prices the operation with its variables, before anything is planned or fetched.
 * @throws RequestRefusal COST_ESTIMATED_TOO_EXPENSIVE for a price that no waiting makes affordable
 */
export function price(checked: Checked, { maxQueryCost, burst, isCharged }: PriceLimits): Priced {
  const agreed = checked.contract?.maximumPrice ?? undefined;
  const limit = lowestLimit(maxQueryCost, burst, agreed);
  if (limit === undefined && !isCharged) return { ...checked, price: 0 };
  const { generation, document, operation, variables } = checked;
  const estimate = generation.pricer.price(document, operation, variables);
  if (limit === undefined || estimate <= limit) return { ...checked, price: estimate };
  const bound =
    limit === agreed
      ? 'the contract of its document allows'
      : limit === burst
        ? 'your bucket holds at most'
        : 'one operation may cost at most';
  const mostExpensive = generation.pricer.mostExpensivePath(document, operation, variables);
  const where = mostExpensive ? ` Most of them come from "${mostExpensive.path}". Request shorter lists there.` : '';
  const advice = limit === agreed ? ' Or register the document with a higher maximumPrice.' : '';
  const message = `The operation may cost ${estimate} points; ${bound} ${limit}.${where}${advice}`;
  throw new RequestRefusal('COST_ESTIMATED_TOO_EXPENSIVE', message, {
    extensions: { estimate, limit, dearestPath: mostExpensive?.path ?? null },
  });
}

/** The lowest of several limits; undefined if there is none. */
export function lowestLimit(...limits: readonly (number | undefined)[]): number | undefined {
  const given = limits.filter((limit) => limit !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
