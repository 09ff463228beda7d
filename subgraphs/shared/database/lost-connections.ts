import type { Pool, PoolClient } from 'pg';

/**
 * Gives lost connections back to their pool. Kysely does so for a statement but not for a transaction (a `begin` or
 * `rollback` that fails keeps its connection), so each loss would make the pool smaller until nothing could be asked.
 */
export function releaseLostConnections(pool: Pool): void {
  const inUse = new Set<PoolClient>();
  pool.on('acquire', (client) => void inUse.add(client));
  pool.on('release', (_error, client) => void inUse.delete(client));
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!inUse.has(client)) return;
      client.release(true);
      // The pool never hands out this client again; whoever still holds it may release it once more.
      client.release = () => {};
    });
  });
}
