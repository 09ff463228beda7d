import { type ErrorBehavior, errorBehaviors } from '../engine/error-behavior.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';

/** Reads the request parameter `onError`; undefined if the client does not choose. @throws RequestRefusal BAD_REQUEST */
export function readErrorBehavior(value: unknown): ErrorBehavior | undefined {
  if (value === undefined || value === null) return undefined;
  const behavior = errorBehaviors.find((known) => known === value);
  if (behavior) return behavior;
  throw new RequestRefusal('BAD_REQUEST', `"onError" must be one of ${errorBehaviors.join(', ')}.`);
}
