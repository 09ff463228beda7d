import { setTimeout as sleep } from 'node:timers/promises';
import { GraphFailure } from './graph-failure.ts';
import type { GraphResponse } from './graph-response.ts';
import { parseRetryAfter } from './retry-after.ts';

export interface RetryOptions {
  /** How many times an operation is sent at most; 5 by default. */
  readonly attempts?: number;
  /** When the server asks for a longer pause than this, the operation fails at once; one minute by default. */
  readonly maxDelayMs?: number;
  /**
   * Every operation of this client may be executed twice. It is then sent again also after errors that the graph marks as
   * `retryable`, and when the outcome of a mutation is unknown. False by default.
   */
  readonly repeatable?: boolean;
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

type Outcome<T> = GraphResponse<T> | GraphFailure;

/**
 * Sends an operation until it has an outcome that another attempt would not change, or until the attempts are used up.
 * @throws GraphFailure
 */
export async function sendWithRetries<T>(
  send: () => Promise<GraphResponse<T>>,
  options: RetryOptions,
  signal?: AbortSignal,
): Promise<GraphResponse<T>> {
  const { attempts = 5, maxDelayMs = 60_000, repeatable = false, wait = pause } = options;
  for (let attempt = 1; ; attempt++) {
    const outcome = await send().catch(expectFailure);
    const delayMs = askedDelayMs(outcome) ?? 1_000 * 2 ** (attempt - 1);
    if (attempt >= attempts || delayMs > maxDelayMs || !mayHelp(outcome, repeatable)) {
      if (outcome instanceof GraphFailure) throw outcome;
      return outcome;
    }
    await wait(delayMs, signal);
  }
}

/** True when the operation was refused because of load, or may be executed again and failed for the moment. */
function mayHelp(outcome: Outcome<unknown>, repeatable: boolean): boolean {
  if (outcome.status === 429 || outcome.status === 503) return true;
  if (!repeatable || outcome instanceof GraphFailure) return false;
  return outcome.errors.some(({ extensions: { code, retryable } }) => retryable === true || code === 'OUTCOME_UNKNOWN');
}

function askedDelayMs(outcome: Outcome<unknown>): number | undefined {
  return outcome instanceof GraphFailure ? outcome.retryAfterMs : parseRetryAfter(outcome.headers.get('retry-after'));
}

function expectFailure(error: unknown): GraphFailure {
  if (error instanceof GraphFailure) return error;
  throw error;
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}
