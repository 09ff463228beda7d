import { GraphError } from '../errors/errors.ts';
import { type Identity, sessionOf } from './identity.ts';

/*
 * Both the gateway and the subgraphs refuse by these rules. The tags `step-up` and `while-enrolling` in the SDL name the fields
 * (test/root-field-tags.test.ts).
 */

/** Seconds for which a code permits changes that need one. */
const stepUpSeconds = 300;

/** @param now milliseconds since 1970 */
export function isSteppedUp(identity: Identity, now: number): boolean {
  const session = identity.kind === 'account' ? sessionOf(identity) : undefined;
  if (!session?.needsCode) return true;
  return session.codeAt !== undefined && now / 1000 - session.codeAt < stepUpSeconds;
}

/** True for an account that may do nothing but enrol a second factor. */
export function mustEnrol(identity: Identity): boolean {
  return identity.kind === 'account' && sessionOf(identity)?.mustEnrol === true;
}

const stepUpMessage =
  'This change needs a code of your second factor that is less than 5 minutes old. Call stepUp with a code and send the access token that it returns. Without a second factor, enrol one first.';

const enrolmentMessage =
  'Your account needs a second factor before it may do this. Call enrolSecondFactor, then confirmSecondFactor, and send the access token that it returns.';

export const stepUpRequired = (): GraphError => new GraphError('STEP_UP_REQUIRED', stepUpMessage);
export const enrolmentRequired = (): GraphError => new GraphError('SECOND_FACTOR_REQUIRED', enrolmentMessage);
