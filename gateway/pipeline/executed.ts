import type { Spending } from '../access/budget/spending.ts';
import type { PublicError } from '../errors/public-error.ts';
import type { CopyPolicy, Responded } from './outcome.ts';
import { ExtendedBody, type ResponseBody } from './response-body.ts';

/** The result of an execution, which equal requests share. */
export interface Executed {
  /** Without extensions. */
  readonly body: ResponseBody;
  readonly errors: readonly PublicError[];
  readonly failureStatus: Responded['failureStatus'];
  /** True for the response to an earlier request with the same idempotency key. */
  readonly replayed: boolean;
  /** What the response cost; undefined if the executor does not measure it. */
  readonly cost: number | undefined;
  /** Of a response that is not shared. */
  readonly extensions: object | undefined;
}

/** Makes the response of one caller: what it shares with others, and its own extensions and headers. */
export function toResponded(
  { body, errors, failureStatus, replayed, extensions }: Executed,
  spending: Spending | undefined,
  copies: CopyPolicy | undefined,
): Responded {
  // A copy would state an old balance.
  const cost = spending && !copies ? { cost: spending.report() } : {};
  // A websocket and a batch have no header for it.
  const own = { ...extensions, ...cost, ...(replayed && { idempotentReplayed: true }) };
  return {
    kind: 'response',
    body: Object.keys(own).length === 0 ? body : new ExtendedBody(body, JSON.stringify(own)),
    errors,
    copies,
    ...(failureStatus && { failureStatus }),
    ...(replayed && { replayed }),
    ...(spending && { headers: spending.headers() }),
  };
}
