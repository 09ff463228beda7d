import type { BatchMember } from '../compile/program.ts';
import type { Owned } from '../values/own.ts';

/** The targets of a member, and for each the index of its entity in the response; -1 when the target isn't part of the request. */
export interface MemberRequest {
  readonly member: BatchMember;
  readonly targets: readonly Owned[];
  readonly entityOf: readonly number[];
}
