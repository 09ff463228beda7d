import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Checked } from './stages.ts';

/**
 * Prices the operation with its variables, before anything is planned or fetched.
 * @param limit objects that an operation may cost; undefined for no limit
 * @throws RequestRefusal COST_ESTIMATED_TOO_EXPENSIVE
 */
export function price(checked: Checked, limit: number | undefined): Checked {
  if (limit === undefined) return checked;
  const { generation, document, operation, variables } = checked;
  const estimate = generation.pricer.price(document, operation, variables);
  if (estimate <= limit) return checked;
  const mostExpensive = generation.pricer.mostExpensivePath(document, operation, variables);
  const where = mostExpensive ? ` Most of them come from "${mostExpensive.path}". Request shorter lists there.` : '';
  const message = `The operation may return ${estimate} objects; at most ${limit} are allowed.${where}`;
  throw new RequestRefusal('COST_ESTIMATED_TOO_EXPENSIVE', message, {
    extensions: { estimate, limit, dearestPath: mostExpensive?.path ?? null },
  });
}
