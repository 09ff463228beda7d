import type pg from 'pg';

/** The primary answers nothing at the moment. */
class PrimarySilent extends Error {
  override name = 'PrimarySilent';
  /** A connection could not be opened. */
  readonly code = '08001';
}

/**
 * Makes a pool fail at once while its server is silent. Otherwise each change would wait for as long as a statement may take, because a server that was
 * cut off closes no connection.
 * @returns a function that says whether the server is silent; open connections end when it becomes so
 */
export function refuseWhileSilent(pool: pg.Pool): (isSilent: boolean) => void {
  let isSilent = false;
  const open = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    open.add(client);
    client.once('end', () => open.delete(client));
  });
  const connect: (...call: unknown[]) => unknown = pool.connect.bind(pool);
  const refuse = () => Promise.reject(new PrimarySilent('The primary of the database does not answer.'));
  // The ORM and `DirectStatements` await a connection; the form with a callback is not refused.
  pool.connect = ((...call: unknown[]) =>
    isSilent && call.length === 0 ? refuse() : connect(...call)) as typeof pool.connect;
  return (silent) => {
    isSilent = silent;
    if (silent) for (const { connection } of open) connection.stream.destroy();
  };
}
