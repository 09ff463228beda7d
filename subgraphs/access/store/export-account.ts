import type { EntityManager } from '#shared/database/database.ts';
import { refuse } from '#shared/errors/errors.ts';
import { scopesOf } from '#shared/identity/identity.ts';
import { findAccount } from './accounts.ts';
import { requireActor } from './actor.ts';
import { type AccountAudit, recordAudit } from './audit.ts';

/**
 * Records that the data of a person is exported: by the person, or by an administrator.
 * @throws Refusal NOT_FOUND, also for the account of another person
 */
export async function exportAccount(
  em: EntityManager,
  audit: AccountAudit,
  { accountId }: { readonly accountId: string },
): Promise<{ readonly id: string }> {
  const actor = await requireActor(em, audit.actorId);
  const isAllowed = actor.id === accountId || scopesOf(actor.roles).includes('access:write');
  if (!isAllowed || !(await findAccount(em, accountId)))
    refuse('NOT_FOUND', 'There is no such account that you may export.', 'accountId');
  recordAudit(em, audit, 'ACCOUNT_EXPORTED', { kind: 'Account', id: accountId });
  return { id: accountId };
}
