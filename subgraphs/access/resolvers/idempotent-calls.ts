import { z } from 'zod';
import { parseInput } from '#shared/input/parse-input.ts';
import type { AccessContext } from '../context.ts';
import { beginCall, claimCall, finishCall, type HeldCall, releaseCall } from '../store/idempotent-calls.ts';

/*
 * Fields for gateways, which clients can't select. They keep what has become of the calls that clients send with an idempotency
 * key. A call belongs to the caller of the request: an account, or the network of a client without one.
 */

const hash = z.string().min(1).max(100);
const leaseMs = z.number().int().min(1_000).max(4_000_000);
const claimInput = z.object({
  keyHash: hash,
  fingerprint: hash,
  holder: z.uuid(),
  leaseMs,
  begun: z.boolean(),
});
const heldCall = z.object({ id: z.uuid(), holder: z.uuid() });
const beginInput = heldCall.extend({ leaseMs });

interface Given<I> {
  readonly input: I;
}

export const idempotentCallMutations = {
  claimIdempotentCall(_parent: unknown, { input }: Given<unknown>, context: AccessContext) {
    const { identity, network, em, maxIdempotencyKeys } = context;
    const caller = identity.kind === 'account' ? identity.accountId : `network ${network}`;
    return claimCall(em, { caller, ...parseInput(claimInput, input) }, maxIdempotencyKeys);
  },
  beginIdempotentCall(_parent: unknown, { input }: Given<unknown>, { em }: AccessContext) {
    const { leaseMs: forMs, ...held } = parseInput(beginInput, input);
    return beginCall(em, held, forMs);
  },
  finishIdempotentCall(
    _parent: unknown,
    { input }: Given<HeldCall & { readonly status: number; readonly body: string }>,
    { em }: AccessContext,
  ) {
    return finishCall(em, parseInput(heldCall, input), input);
  },
  releaseIdempotentCall(
    _parent: unknown,
    { input }: Given<HeldCall & { readonly keep: boolean }>,
    { em }: AccessContext,
  ) {
    return releaseCall(em, parseInput(heldCall, input), input.keep);
  },
};
