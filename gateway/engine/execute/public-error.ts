import type { EngineError } from '../errors.ts';
import type { ErrorPolicy, SubgraphError } from '../ports.ts';
import { isObject } from '../values/own.ts';

/** Code of a subgraph's error that has none, or none that clients may see. */
const unknownCode = 'DOWNSTREAM_SERVICE_ERROR';

/**
 * A subgraph's error as clients may see it: the message under a code that the policy knows, and extensions by their names. Any other message
 * may be a driver's, with addresses in it.
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
    message: isPublic ? String(error.message) : `Subgraph "${subgraph}" failed to answer`,
    extensions: { ...Object.fromEntries(kept), code, retryable, subgraph },
  };
}
