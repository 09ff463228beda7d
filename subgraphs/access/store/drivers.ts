import type { EntityManager } from '#shared/database.ts';

/** Makes an account (or none) the one of a driver. Two statements: within one, the unique link could clash with itself. */
export async function linkDriver(em: EntityManager, driverId: string, accountId: string | null): Promise<void> {
  await em.execute('update account set driver_id = null where driver_id = ? and id is distinct from ?::uuid', [
    driverId,
    accountId,
  ]);
  if (accountId) await em.execute('update account set driver_id = ? where id = ?', [driverId, accountId]);
}
