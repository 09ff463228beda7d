import pg from 'pg';

/** Every process that uses an embedded server holds this lock in shared mode. A process that gets it exclusively is the last one. */
const lock = `hashtext('freight-embedded-server')`;

/**
 * A session that registers a process as a user of the embedded server. PostgreSQL ends the session when the process or the
 * server dies.
 */
export interface ServerSession {
  readonly url: string;
  /** True if no other process used the server when this session began. */
  readonly alone: boolean;
  /** Resolves when the session has ended without a call of `leave`. */
  readonly lost: Promise<void>;
  /** Ends the session. @returns true if no other process uses the server */
  leave(): Promise<boolean>;
}

/** @throws the error of `pg` if the server does not respond or refuses the connection */
export async function openServerSession(url: string): Promise<ServerSession> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'freight-embedded-server',
  });
  const ended = Promise.withResolvers<void>();
  client.on('error', () => ended.resolve());
  client.on('end', () => ended.resolve());
  const isAlone = async (): Promise<boolean> => {
    const { rows } = await client.query<{ alone: boolean }>(`select pg_try_advisory_lock(${lock}) as alone`);
    return rows[0]?.alone === true;
  };
  const alone = await join().catch(async (error: unknown) => {
    await client.end().catch(() => undefined);
    throw error;
  });
  async function join(): Promise<boolean> {
    await client.connect();
    const wasAlone = await isAlone();
    await client.query(`select pg_advisory_lock_shared(${lock})`);
    if (wasAlone) await client.query(`select pg_advisory_unlock(${lock})`);
    return wasAlone;
  }

  let leaving = false;
  return {
    url,
    alone,
    lost: ended.promise.then(() => (leaving ? new Promise<void>(() => {}) : undefined)),
    async leave() {
      leaving = true;
      try {
        await client.query(`select pg_advisory_unlock_shared(${lock})`);
        return await isAlone();
      } catch {
        return true; // the server has ended or is ending
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}
