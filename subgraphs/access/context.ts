import type { BaseContext } from '#shared/context.ts';
import { accountOf } from '#shared/context.ts';
import type { Identity, TokenSigner } from '#shared/identity.ts';
import type { Account } from './entities.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { AdminAudit } from './store/administration.ts';
import type { AuditContext } from './store/audit.ts';

export interface AccessContext extends BaseContext {
  /** Signs the access tokens of clients. */
  readonly signer: TokenSigner;
  /** What an identity may see; usually the request's, but whoever signs in is seen as themselves. */
  loadersOf(identity: Identity): Loaders;
}

export function createContext(base: BaseContext, signer: TokenSigner): AccessContext {
  const known = new Map<Identity, Loaders>();
  return {
    ...base,
    signer,
    loadersOf(identity) {
      const loaders = known.get(identity) ?? createLoaders(base.em, identity);
      known.set(identity, loaders);
      return loaders;
    },
  };
}

/** An account as a resolver gets it. The one that has just signed in is seen with its own eyes. */
export interface AccountNode extends Account {
  readonly seenAs?: Identity;
}

/** The audit context of a change that the signed-in account makes. */
export function auditOf(context: AccessContext): AdminAudit {
  return { ...anonymousAudit(context), actorId: accountOf(context).accountId };
}

/** The audit context of a change that nobody is signed in for. */
export function anonymousAudit({ requestId, clientRequestId, clientAddress, clock }: AccessContext): AuditContext {
  return { actorId: null, requestId, clientRequestId, clientAddress, at: clock() };
}
