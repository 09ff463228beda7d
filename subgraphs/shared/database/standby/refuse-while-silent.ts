import { Socket } from 'node:net';
import type pg from 'pg';

/** The primary answers nothing at the moment. */
class PrimarySilent extends Error {
  override name = 'PrimarySilent';
  /** A connection could not be opened. */
  readonly code = '08001';
}

/** What is known of the connections to the primary. */
export interface PrimaryConnections {
  /** Bytes that they have received. A primary under load answers them, although it may miss samples. */
  received(): number;
  /** Ends open connections when the primary becomes silent, and refuses new ones until it answers. */
  setSilent(isSilent: boolean): void;
  /** @throws errors of a lost connection while the primary is silent */
  requireAnswers(): void;
}

/**
 * Makes a pool fail at once while its server is silent. Otherwise each change would wait for as long as a statement may take, because a server that was
 * cut off closes no connection.
 */
export function refuseWhileSilent(pool: pg.Pool): PrimaryConnections {
  let isSilent = false;
  let receivedBefore = 0;
  const open = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    open.add(client);
    client.once('end', () => {
      open.delete(client);
      receivedBefore += bytesOf(client);
    });
  });
  const connect: (...call: unknown[]) => unknown = pool.connect.bind(pool);
  const requireAnswers = () => {
    if (isSilent) throw new PrimarySilent('The primary of the database does not answer.');
  };
  // The ORM and `DirectStatements` await a connection; the form with a callback is not refused.
  pool.connect = (async (...call: unknown[]) => {
    if (call.length === 0) requireAnswers();
    return connect(...call);
  }) as typeof pool.connect;
  return {
    requireAnswers,
    received: () => [...open].reduce((sum, client) => sum + bytesOf(client), receivedBefore),
    setSilent(silent) {
      isSilent = silent;
      if (silent) for (const { connection } of open) connection.stream.destroy();
    },
  };
}

const bytesOf = ({ connection: { stream } }: pg.PoolClient): number =>
  stream instanceof Socket ? stream.bytesRead : 0;
