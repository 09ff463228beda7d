import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { blindIndexOf } from '#shared/database/sealed-column.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { forgetCalls } from '#shared/events/forget-account.ts';
import { textKey } from '#shared/input/text-key.ts';
import { erasedEmailOf, isErased, pseudonymOf } from '../domain/pseudonym.ts';
import { type Account, ApiKeyEntity, accountEmail } from '../entities.ts';
import { lockedAccount } from './account-changes.ts';
import { type AccountAudit, recordAudit } from './audit.ts';
import type { Mails } from './mails.ts';
import { removeFactor } from './second-factors.ts';
import { endSessionsOf } from './sessions.ts';

/**
 * Closes an account for good and replaces its name and e-mail address by a pseudonym. Other subgraphs follow the event. A second call changes nothing.
 * @throws Refusal NOT_FOUND, LAST_ADMIN, INVALID_STATE (an active driver, or the account of an API key)
 */
export async function eraseAccount(
  transaction: Transaction,
  audit: AccountAudit,
  { accountId }: { readonly accountId: string },
  mails: Pick<Mails, 'forget'>,
): Promise<Account> {
  const { em, emit } = transaction;
  const { at } = audit;
  const account = await lockedAccount(em, accountId, audit.actorId, true);
  if (isErased(account)) return account;
  await requireIdle(em, account);
  await mails.forget(em, account.email);
  const [name, email] = [pseudonymOf(accountId), erasedEmailOf(accountId)];
  Object.assign(account, {
    name,
    nameKey: textKey(name),
    email,
    emailKey: blindIndexOf(em, accountEmail, email),
    passwordHash: null,
  });
  account.deactivatedAt ??= at;
  account.version += 1;
  await endSessionsOf(em, accountId, at);
  await em.flush();
  await revokeKeysOf(em, accountId, at);
  await forgetAccess(transaction, accountId);
  recordAudit(em, audit, 'ACCOUNT_ERASED', { kind: 'Account', id: accountId });
  await emit('account.erased', { accountId, name, email, at: at.toISOString() });
  return account;
}

async function requireIdle(em: EntityManager, { id, driverId }: Account): Promise<void> {
  if (driverId)
    refuse(
      'INVALID_STATE',
      'This account belongs to an active driver. Deactivate the driver first, whose assignments and shift must be over.',
      'accountId',
    );
  if ((await em.count(ApiKeyEntity, { accountId: id })) > 0)
    refuse('INVALID_STATE', 'This is the account of an API key. Revoke the key instead.', 'accountId');
}

/** Revokes the keys that the account has created, because the person knows their texts, and replaces their names. */
async function revokeKeysOf(em: EntityManager, accountId: string, at: Date): Promise<void> {
  const name = `API key of ${pseudonymOf(accountId)}`;
  const keys = await query<{ accountId: string }>(
    em,
    sql`update api_key set name = ${name}, revoked_at = coalesce(revoked_at, ${at}) where id in (
        select target_id from audit.entry where actor_id = ${accountId} and action = 'API_KEY_CREATED')
      returning account_id as "accountId"`,
  );
  await query(
    em,
    sql`update account set name = ${name}, name_key = ${textKey(name)}, version = version + 1,
        deactivated_at = coalesce(deactivated_at, ${at})
      where id = any(${keys.map((key) => key.accountId)}::uuid[])`,
  );
}

/** Deletes what the account signed in with, and what it has sent. Gateways refuse its tokens, because the account is closed. */
async function forgetAccess(transaction: Transaction, accountId: string): Promise<void> {
  const { em } = transaction;
  await removeFactor(em, accountId);
  await query(em, sql`delete from session where account_id = ${accountId}`);
  await query(em, sql`delete from password_reset where account_id = ${accountId}`);
  await query(em, sql`delete from document_appraisal where account_id = ${accountId}`);
  await query(em, sql`delete from idempotent_call where caller = ${accountId}`);
  await forgetCalls(transaction, accountId);
}
