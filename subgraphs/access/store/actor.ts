import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { type Scope, scopesOf } from '#shared/identity/identity.ts';
import { type Account, AccountEntity } from '../entities.ts';
import { findAccount } from './accounts.ts';

/**
 * Checks the current account of an actor. An access token stays valid for up to 15 minutes after its account was closed or
 * lost a role, so the token alone is not enough for a change.
 * @throws GraphError UNAUTHENTICATED (no open account) or FORBIDDEN (the account no longer has the scope)
 */
export function requireStanding(account: Account | null | undefined, scope?: Scope): asserts account is Account {
  if (!account || account.deactivatedAt) {
    throw new GraphError('UNAUTHENTICATED', 'This account is closed. Sign in with an open account.');
  }
  if (scope && !scopesOf(account.roles).includes(scope)) {
    throw new GraphError(
      'FORBIDDEN',
      `Your account lacks the scope ${scope}. Ask an administrator for a role that holds it.`,
    );
  }
}

/** Reads and checks the actor in the transaction of its change. Its account cannot be closed before the commit. */
export async function requireActor(em: EntityManager, actorId: string, scope?: Scope): Promise<Account> {
  const account = await em.findOne(AccountEntity, { id: actorId }, { lockMode: LockMode.PESSIMISTIC_READ });
  requireStanding(account, scope);
  return account;
}

/** Reads and checks an actor that changes its own account. A second change of the account waits for the first. */
export async function requireActorForUpdate(em: EntityManager, actorId: string): Promise<Account> {
  const account = await em.findOne(AccountEntity, { id: actorId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  requireStanding(account);
  return account;
}

/** Reads and checks the actor without a lock, before the transaction of its change. */
export async function readActor(em: EntityManager, actorId: string): Promise<Account> {
  const account = await findAccount(em, actorId);
  requireStanding(account);
  return account;
}
