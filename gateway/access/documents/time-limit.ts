import type { DocumentContract } from '#shared/identity/document-contract.ts';

/** How long a run of a document may take. */
export interface TimeLimit {
  readonly timeoutMs: number;
  /** Set if the contract of the document is the cause. */
  readonly contractMs?: number;
}

/** Finds the lower one of the contract's limit and the gateway's. */
export function timeLimitOf(contract: DocumentContract | undefined, requestTimeoutMs: number): TimeLimit {
  const contractMs = contract?.timeoutMs ?? requestTimeoutMs;
  return contractMs < requestTimeoutMs ? { timeoutMs: contractMs, contractMs } : { timeoutMs: requestTimeoutMs };
}
