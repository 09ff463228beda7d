import type { Pool } from 'pg';
import type { EntityManager } from '#shared/database/database.ts';
import type { Chore } from '#shared/events/chores.ts';
import type { Log } from '#shared/runtime/log.ts';
import { type Statements, sealRecords } from './audit-chain.ts';
import { closeRefusalCounts } from './refusals.ts';

const anchorEveryMs = 60_000;

/**
 * Appends new records of the audit trail to its chain every second. Changes do not wait for it. Each minute it logs the head of
 * the chain: with it, `npm run audit` finds that the end of the trail was removed.
 */
export function createAuditSealer(): Chore {
  let anchoredAt = Number.NEGATIVE_INFINITY;
  return {
    name: 'sealAuditTrail',
    everyMs: 1_000,
    async run(em, log: Log) {
      const head = await withClient(em, async (client) => {
        await closeRefusalCounts(client);
        return sealRecords(client);
      });
      if (!head || performance.now() - anchoredAt < anchorEveryMs) return;
      anchoredAt = performance.now();
      log.info({ sequence: head.sequence, hash: head.hash }, 'head of the audit trail');
    },
  };
}

/** Runs statements on a connection of the pool, without the layers of the ORM. */
export async function withClient<R>(em: EntityManager, run: (client: Statements) => Promise<R>): Promise<R> {
  // The driver of the ORM has this pool, but its type does not say so.
  const pool = (await em.getConnection().getNativeClient()) as Pool;
  const client = await pool.connect();
  try {
    const result = await run(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
