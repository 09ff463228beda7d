import { fromEngineError, type PublicError } from '../../errors/public-error.ts';
import type { Checked } from '../stages.ts';
import type { StoredResponse } from './call-records.ts';

/** The response to a call, for all requests with its key. */
export interface KnownResponse extends StoredResponse {
  readonly errors: readonly PublicError[];
  /** What the execution cost; undefined if unknown. */
  readonly cost?: number | undefined;
  readonly extensions?: object | undefined;
  /** True if it was stored before this process received the call. */
  readonly isOld: boolean;
}

/** Points that a response costs for which nothing ran. */
export const replayCost = 1;

const stoppedMessage =
  'The gateway that ran the first request with this idempotency key has stopped. The change may or may not have been made. Read its outcome before trying again with a new key.';
const unreadMessage =
  'The request was carried out, but its response could not be read. The change may or may not have been made. Read its outcome before trying again with a new key.';
const tooLongMessage =
  'The first request with this idempotency key has been carried out, but its response was too long to be stored. Read its outcome.';

/** The response to a call that a gateway has begun and not ended. */
export function outcomeUnknown(checked: Checked): KnownResponse {
  return unknown(checked, stoppedMessage);
}

/** The response instead of one that says that the mutation failed, although its change may have been made. */
export function outcomeUnread(checked: Checked): KnownResponse {
  return unknown(checked, unreadMessage);
}

/** The response that is stored instead of a longer one. */
export function outcomeTooLong(checked: Checked): KnownResponse {
  return unknown(checked, tooLongMessage);
}

export function oldResponse({ status, body }: StoredResponse): KnownResponse {
  const { errors = [] } = JSON.parse(body) as { readonly errors?: readonly PublicError[] }; // a gateway has stored it
  return { status, body, errors, isOld: true };
}

function unknown({ id }: Checked, message: string): KnownResponse {
  const errors = [fromEngineError({ message, extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }, id)];
  return { status: 504, body: JSON.stringify({ errors, data: null }), errors, cost: replayCost, isOld: false };
}
