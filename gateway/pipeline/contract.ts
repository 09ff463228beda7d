import type { DocumentContract } from '#shared/identity/document-contract.ts';
import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { CopyPolicy } from './outcome.ts';
import type { Resolved } from './stages.ts';

/** Refuses a caller without the scopes that the contract of a document requires. @throws RequestRefusal FORBIDDEN */
export function requireScopes({ scopes }: DocumentContract, identity: Identity): void {
  const missing = scopes.filter((scope) => !hasScope(identity, scope));
  if (missing.length === 0) return;
  const message = `The contract of this document requires the scope ${missing.join(' and ')}. Use an API key or an account that holds it.`;
  throw new RequestRefusal('FORBIDDEN', message);
}

export function holdsScopes({ scopes }: DocumentContract, identity: Identity): boolean {
  return scopes.every((scope) => hasScope(identity, scope));
}

/** Says how long a client may use a copy of the response to a GET; undefined if the contract says nothing. Only anonymous callers share copies. */
export function copyPolicyOf({ contract, caller, readOnly }: Resolved): CopyPolicy | undefined {
  const maxAgeSeconds = contract?.cacheMaxAgeSeconds ?? undefined;
  if (!readOnly || maxAgeSeconds === undefined) return undefined;
  return { maxAgeSeconds, isPublic: caller.identity.kind === 'anonymous' };
}
