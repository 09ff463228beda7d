import { errorTable, isErrorCode } from '#shared/errors/errors.ts';
import { responseKey } from '../../engine/document/response-keys.ts';
import type { PublicError } from '../../errors/public-error.ts';
import type { Responded } from '../outcome.ts';
import { rootFields } from '../repeatable.ts';
import type { Checked } from '../stages.ts';

/**
 * What a response says about the change of a mutation: `known`, that it was or was not made, so that the response is final; `none`, that every
 * root field was refused before it ran; `open`, that the same request may still succeed; `unread`, that the mutation ran, and every root field is
 * null because what it returns could not be read: the response says that it failed, although the change may have been made.
 */
export type Effect = 'known' | 'none' | 'open' | 'unread';

const refusalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 429]);

export function effectOf(
  { operation, document }: Checked,
  { errors, failureStatus }: Pick<Responded, 'errors' | 'failureStatus'>,
): Effect {
  const atRoot = new Map(errors.filter(({ path }) => path?.length === 1).map((error) => [error.path?.[0], error]));
  const fields = rootFields(operation.selectionSet, document).filter(({ name }) => name.value !== '__typename');
  const failures = fields.map((field) => atRoot.get(responseKey(field)));
  if (failures.every(isRefusal)) return 'none';
  if (failures.every((error) => isRefusal(error) || error?.extensions.retryable)) return 'open';
  const isTold = errors.some(({ extensions: { code } }) => code === 'OUTCOME_UNKNOWN');
  return failureStatus !== undefined && !isTold ? 'unread' : 'known';
}

function isRefusal(error: PublicError | undefined): boolean {
  const code = error?.extensions.code;
  return isErrorCode(code) && refusalStatuses.has(errorTable[code].status);
}
