import type { BatchMember } from '../compile/program.ts';
import type { Owned } from '../values/own.ts';

/** For each target of a member, the index of its entity in the answer; -1 when it isn't asked for. */
export interface MemberRequest {
  readonly member: BatchMember;
  readonly targets: readonly Owned[];
  readonly entityOf: readonly number[];
}
