import type { EngineError } from '../errors.ts';
import type { SubgraphError } from '../ports.ts';
import { isObject } from './own.ts';

/** What only a developer of the subgraph should see. */
const PRIVATE_KEYS = new Set(['stacktrace', 'exception', 'stack', 'serviceName', 'originalError', 'http', 'url']);
/** A subgraph that asks to try again says so with one of these. */
const RETRYABLE_CODES = new Set(['RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'GATEWAY_TIMEOUT', 'CONFLICT']);

/**
 * A subgraph's own message where the subgraph gave the error a code: it was meant for clients then. Any other may be a
 * driver's, with addresses in it.
 */
export function publicMessage(error: SubgraphError, subgraph: string): string {
  const code = isObject(error.extensions) ? error.extensions.code : undefined;
  const isMeant = typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
  return isMeant && typeof error.message === 'string' && error.message !== ''
    ? error.message
    : `Subgraph "${subgraph}" failed to answer`;
}

/** A subgraph's extensions without stacks and addresses, and with the keys every error of ours has. */
export function publicExtensions(error: SubgraphError, subgraph: string): EngineError['extensions'] {
  const given = isObject(error.extensions) ? error.extensions : {};
  const kept = Object.fromEntries(Object.entries(given).filter(([key]) => !PRIVATE_KEYS.has(key)));
  const code = typeof given.code === 'string' ? given.code : 'DOWNSTREAM_SERVICE_ERROR';
  const retryable = typeof given.retryable === 'boolean' ? given.retryable : RETRYABLE_CODES.has(code);
  return { ...kept, code, retryable, subgraph };
}
