import { type ErrorBehavior, errorBehaviors } from '../engine/error-behavior.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';

/** Reads the request parameter `onError`. @throws RequestRefusal BAD_REQUEST */
export function readErrorBehavior(value: unknown): ErrorBehavior {
  if (value === undefined || value === null) return 'PROPAGATE';
  const behavior = errorBehaviors.find((known) => known === value);
  if (behavior) return behavior;
  throw new RequestRefusal('BAD_REQUEST', `"onError" must be one of ${errorBehaviors.join(', ')}.`);
}
