import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { Account } from '../entities.ts';
import { registerAccount } from './account-changes.ts';
import type { AuditContext } from './audit.ts';

export interface NewAdministrator {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

/**
 * Creates an administrator for an operator with access to the database: nobody can sign in to a new installation to create the first one.
 * @param isFurther true if there may be other administrators
 * @throws Refusal INVALID_STATE (there is an administrator), EMAIL_TAKEN
 */
export async function createAdministrator(
  transaction: Transaction,
  audit: AuditContext,
  { isFurther, ...account }: NewAdministrator & { readonly isFurther: boolean },
): Promise<Account> {
  const { em } = transaction;
  // Two commands at the same time create one administrator.
  await query(em, sql`select pg_advisory_xact_lock(hashtext('first administrator'))`);
  if (!isFurther && (await hasAdministrator(transaction))) {
    refuse('INVALID_STATE', 'There is an administrator already, who can register further accounts.');
  }
  return registerAccount(transaction, audit, { ...account, roles: ['ADMIN'], organizationId: null });
}

async function hasAdministrator({ em }: Transaction): Promise<boolean> {
  const found = await query(
    em,
    sql`select 1 as found from account where 'ADMIN' = any(roles) and deactivated_at is null limit 1`,
  );
  return found.length > 0;
}
