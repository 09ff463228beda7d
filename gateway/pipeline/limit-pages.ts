import type { Budgets } from '../access/budget/budgets.ts';
import type { Checked } from './stages.ts';

/** Refuses pages that are longer than the tier of the caller allows. @throws RequestRefusal MAX_PAGE_SIZE_LIMIT */
export function limitPages(
  {
    generation,
    document,
    operation,
    variables,
    caller,
    address,
  }: Pick<Checked, 'generation' | 'document' | 'operation' | 'variables' | 'caller' | 'address'>,
  budgets: Budgets | undefined,
): void {
  if (!budgets) return;
  const longest = generation.pageSizes.longest(document, operation, variables);
  if (longest) budgets.requirePage(longest, caller.identity, address);
}
