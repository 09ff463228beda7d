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
  const agreed = checked.contract?.maximumPrice ?? Number.POSITIVE_INFINITY;
  const limit = Math.min(maxQueryCost ?? Number.POSITIVE_INFINITY, burst ?? Number.POSITIVE_INFINITY, agreed);
  if (limit === Number.POSITIVE_INFINITY && !isCharged) return { ...checked, price: 0 };
  const { generation, document, operation, variables } = checked;
  const estimate = generation.pricer.price(document, operation, variables);
  if (estimate <= limit) return { ...checked, price: estimate };
  const mostExpensive = generation.pricer.mostExpensivePath(document, operation, variables);
  const where = mostExpensive ? ` Most of them come from "${mostExpensive.path}". Request shorter lists there.` : '';
  const message =
    limit === agreed
      ? `The operation may cost ${estimate} points; the contract of its document allows ${limit}.${where} Or register the document with a higher maximumPrice.`
      : `The operation may return ${estimate} objects; at most ${limit} are allowed.${where}`;
  throw new RequestRefusal('COST_ESTIMATED_TOO_EXPENSIVE', message, {
    extensions: { estimate, limit, dearestPath: mostExpensive?.path ?? null },
  });
}
