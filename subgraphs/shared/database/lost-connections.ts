import type { Pool, PoolClient } from 'pg';

/**
 * Releases lost connections to their pool. Kysely releases them after a failed statement, but not after a failed `begin` or
 * `rollback`. Each loss would make the pool smaller, until no connection was left.
 */
export function releaseLostConnections(pool: Pool): void {
  const inUse = new Set<PoolClient>();
  pool.on('acquire', (client) => void inUse.add(client));
  pool.on('release', (_error, client) => void inUse.delete(client));
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!inUse.has(client)) return;
      client.release(true);
      // The pool has removed this client. Kysely may still release it a second time, which `pg` refuses.
      client.release = () => {};
    });
  });
}
