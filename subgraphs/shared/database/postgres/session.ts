import pg from 'pg';

/** Held, shared, by every process that uses an embedded server: whoever can take it alone is the only one. */
const lock = `hashtext('freight-embedded-server')`;

/**
 * The session by which a process says that it uses the embedded server. The server itself forgets a process that died,
 * and a server that dies ends the session.
 */
export interface ServerSession {
  readonly url: string;
  /** True when nobody else used the server as this session began. */
  readonly alone: boolean;
  /** Resolves when the session has ended although nobody called `leave`. */
  readonly lost: Promise<void>;
  /** Ends the session. @returns true when nobody else uses the server */
  leave(): Promise<boolean>;
}

/** @throws what `pg` throws, where the server does not answer or refuses */
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
    const nobodyElse = await isAlone();
    await client.query(`select pg_advisory_lock_shared(${lock})`);
    if (nobodyElse) await client.query(`select pg_advisory_unlock(${lock})`);
    return nobodyElse;
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
        return true; // the server is gone or about to go
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}
