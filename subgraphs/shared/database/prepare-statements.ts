import { LRUCache } from 'lru-cache';
import type { Pool, PoolClient } from 'pg';

/** Maximum number of prepared statements of a connection. Each takes memory in PostgreSQL. */
const maxStatements = 300;
/** Texts that a pool remembers to recognize the second run of a statement. */
const maxSeen = 2_000;

/**
 * SQLSTATE of "cached plan must not change result type": a migration has changed a column. The statement fails, and the next
 * one gets a new plan.
 */
const changedResultType = '0A000';

/** Searches are not prepared. The best index depends on the pattern, which is unknown when a prepared statement is planned. */
const searches = /\bi?like \$\d|@@/;

/**
 * Makes each connection of a pool prepare the statements with parameters that run more than once, and reuse the prepared ones (P23). Clients
 * choose the columns of statements (P29), so that there can be any number of texts: the least recently used ones are dropped.
 * The ORM uses `pg` through Kysely, which cannot name statements.
 */
export function prepareStatements(pool: Pool): void {
  const seen = new LRUCache<string, true>({ max: maxSeen });
  /** A new generation makes all connections prepare their statements again. */
  let generation = 0;

  const runsAgain = (text: string): boolean => {
    if (seen.get(text)) return true;
    if (!searches.test(text)) seen.set(text, true);
    return false;
  };

  pool.on('connect', (client: PoolClient) => {
    const send: (...call: unknown[]) => unknown = client.query.bind(client);
    let prepared = 0;
    let ownGeneration = generation;
    const drop = (name: string): void => {
      // The driver has the names of the statements that it has prepared, and its types leave them out.
      const { parsedStatements } = (client as unknown as Driver).connection;
      if (parsedStatements[name] === undefined) return; // it failed before it was prepared
      delete parsedStatements[name];
      // Runs before the statement that takes its place. A lost connection has dropped its statements.
      (send(`deallocate "${name}"`) as Promise<unknown>).catch(() => {});
    };
    const names = new LRUCache<string, string>({ max: maxStatements, dispose: drop });

    const nameOf = (text: string): string | undefined => {
      if (ownGeneration !== generation) {
        ownGeneration = generation;
        names.clear();
      }
      const known = names.get(text);
      if (known !== undefined || !runsAgain(text)) return known;
      prepared += 1;
      const name = `s${prepared}`;
      names.set(text, name);
      return name;
    };
    const prepareAgain = (error: unknown) => {
      if (!Error.isError(error) || !('code' in error) || error.code !== changedResultType) return;
      generation += 1;
    };
    const query = (...call: unknown[]): unknown => {
      const [text, values, ...rest] = call;
      if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return send(...call);
      const name = nameOf(text);
      const result = send({ text, values, ...(name !== undefined && { name }) }, ...rest);
      if (result instanceof Promise) result.catch(prepareAgain);
      return result;
    };
    client.query = query as typeof client.query; // `query` is overloaded, and this has one of its signatures
  });
}

interface Driver {
  readonly connection: { readonly parsedStatements: Record<string, string> };
}
