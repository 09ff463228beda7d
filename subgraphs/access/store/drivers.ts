import type { AuditOrigin } from '#shared/audit/fact.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { recordAudit } from './audit.ts';

/**
 * Links a driver to an account, or removes the link. New tokens of a linked account contain the driver's id. Uses two
 * statements, because the unique constraint can fail within one.
 * @returns true if an account has changed
 */
export async function linkDriver(
  em: EntityManager,
  driverId: string,
  accountId: string | null,
  by: AuditOrigin,
  at: Date,
): Promise<boolean> {
  const audit = { ...by, at };
  const left = await query<{ id: string }>(
    em,
    sql`update account set driver_id = null where driver_id = ${driverId} and id is distinct from ${accountId}::uuid
      returning id`,
  );
  const joined = accountId
    ? await query<{ id: string }>(
        em,
        sql`update account set driver_id = ${driverId} where id = ${accountId} and driver_id is distinct from ${driverId}::uuid
          returning id`,
      )
    : [];
  for (const { id } of left) {
    const change = { field: 'driver', before: driverId, after: null };
    recordAudit(em, audit, 'ACCOUNT_DRIVER_CHANGED', { kind: 'Account', id }, [change]);
  }
  for (const { id } of joined) {
    const change = { field: 'driver', before: null, after: driverId };
    recordAudit(em, audit, 'ACCOUNT_DRIVER_CHANGED', { kind: 'Account', id }, [change]);
  }
  return left.length + joined.length > 0;
}
