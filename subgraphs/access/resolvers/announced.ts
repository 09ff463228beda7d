import { accessChangedTopic } from '#shared/identity/access-snapshot.ts';
import type { AccessContext } from '../context.ts';

type Resolve<A, I> = (parent: unknown, args: A, context: AccessContext, info: I) => Promise<object>;

/** A mutation that changes the access snapshot: after a change, gateways read the snapshot at once and not only at their next turn. */
export function announced<A, I>(resolve: Resolve<A, I>): Resolve<A, I> {
  return async (parent, args, context, info) => {
    const payload = await resolve(parent, args, context, info);
    if (!hasUserErrors(payload)) context.live.publish(accessChangedTopic, null);
    return payload;
  };
}

function hasUserErrors(payload: object): boolean {
  return 'userErrors' in payload && Array.isArray(payload.userErrors) && payload.userErrors.length > 0;
}
