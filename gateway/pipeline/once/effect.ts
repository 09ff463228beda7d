import { errorTable, isErrorCode } from '#shared/errors/errors.ts';
import { responseKey } from '../../engine/document/response-keys.ts';
import type { PublicError } from '../../errors/public-error.ts';
import type { Responded } from '../outcome.ts';
import { rootFields } from '../repeatable.ts';
import type { Checked } from '../stages.ts';

/**
 * What a response says about the change of a mutation: `known`, that it was or was not made, so that the response is final; `none`, that every
 * root field was refused before it ran; `open`, that the same request may still succeed.
 */
export type Effect = 'known' | 'none' | 'open';

const refusalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 429]);

export function effectOf({ operation, document }: Checked, { errors }: Pick<Responded, 'errors'>): Effect {
  const atRoot = new Map(errors.filter(({ path }) => path?.length === 1).map((error) => [error.path?.[0], error]));
  const fields = rootFields(operation.selectionSet, document).filter(({ name }) => name.value !== '__typename');
  const failures = fields.map((field) => atRoot.get(responseKey(field)));
  if (failures.every(isRefusal)) return 'none';
  return failures.every((error) => isRefusal(error) || error?.extensions.retryable) ? 'open' : 'known';
}

function isRefusal(error: PublicError | undefined): boolean {
  const code = error?.extensions.code;
  return isErrorCode(code) && refusalStatuses.has(errorTable[code].status);
}
