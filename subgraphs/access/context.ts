import type { BaseContext } from '#shared/context.ts';
import { accountOf } from '#shared/context.ts';
import type { Identity, TokenSigner } from '#shared/identity.ts';
import type { Account } from './entities.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { AdminDeed } from './store/administration.ts';

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

/** Who administers, in which request, when. */
export function adminDeed(context: AccessContext): AdminDeed {
  const { accountId } = accountOf(context);
  return { actorId: accountId, requestId: context.requestId, at: context.clock() };
}
