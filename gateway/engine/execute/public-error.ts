import type { EngineError } from '../errors.ts';
import type { ErrorPolicy, SubgraphError } from '../ports.ts';
import { isObject } from '../values/own.ts';

/** The code for a subgraph error without a code, or with one that clients may not see. */
const unknownCode = 'DOWNSTREAM_SERVICE_ERROR';

/**
 * Reduces a subgraph error to what the policy lets clients see: its code, extensions, and message. Other messages may come from a driver and
 * contain addresses.
 */
export function publicCause(
  error: SubgraphError,
  subgraph: string,
  policy: ErrorPolicy,
): Pick<EngineError, 'message' | 'extensions'> {
  const given = isObject(error.extensions) ? error.extensions : {};
  const code = typeof given.code === 'string' && policy.isPublicCode(given.code) ? given.code : unknownCode;
  const isPublic = policy.isPublicMessage(code) && typeof error.message === 'string' && error.message !== '';
  const kept = Object.entries(given).filter(([name]) => policy.isPublicExtension(name));
  const retryable = typeof given.retryable === 'boolean' ? given.retryable : policy.isRetryable(code);
  return {
    message: isPublic ? String(error.message) : `Subgraph "${subgraph}" reported an error`,
    extensions: { ...Object.fromEntries(kept), code, retryable, subgraph },
  };
}
