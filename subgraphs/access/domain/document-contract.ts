import type { DocumentContract } from '#shared/identity/document-contract.ts';
import type { Tier } from '#shared/vocabulary.ts';

/** The contract of a registered document. */
export interface RegisteredContract extends DocumentContract {
  /** Of the owner when it registered the document. */
  readonly tier: Tier;
  readonly maximumPrice: number;
}

/** Completes what the owner of a document agrees. @param maximum points of the most expensive run, as a gateway has computed them */
export function contractOf(given: DocumentContract, tier: Tier, maximum: number): RegisteredContract {
  return { ...given, tier, maximumPrice: given.maximumPrice ?? Math.max(1, Math.ceil(maximum)) };
}
