import type { Pool, PoolClient } from 'pg';

/** Maximum number of prepared statements of a connection. PostgreSQL plans further statements each time. */
const maxStatements = 300;

/**
 * SQLSTATE of "cached plan must not change result type": a migration has changed a column. The statement fails, and the next
 * one gets a new plan.
 */
const changedResultType = '0A000';

/** Searches are not prepared. The best index depends on the pattern, which is unknown when a prepared statement is planned. */
const searches = /\bi?like \$\d|@@/;

/**
 * Makes each connection of a pool prepare the statements with parameters that it runs, and reuse the prepared ones (P23).
 * The ORM uses `pg` through Kysely, which cannot name statements.
 */
export function prepareStatements(pool: Pool): void {
  const names = new Map<string, string>();
  /** Part of the names. A new one makes all connections prepare their statements again. */
  let generation = 0;

  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= maxStatements || searches.test(text)) return known;
    const name = `s${generation}_${names.size}`;
    names.set(text, name);
    return name;
  };

  pool.on('connect', (client: PoolClient) => {
    const send: (...call: unknown[]) => unknown = client.query.bind(client);
    const prepareAgain = (error: unknown) => {
      if (!Error.isError(error) || !('code' in error) || error.code !== changedResultType) return;
      generation += 1;
      names.clear();
    };
    const prepared = (...call: unknown[]): unknown => {
      const [text, values, ...rest] = call;
      if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return send(...call);
      const name = nameOf(text);
      const result = send({ text, values, ...(name !== undefined && { name }) }, ...rest);
      if (result instanceof Promise) result.catch(prepareAgain);
      return result;
    };
    client.query = prepared as typeof client.query; // `query` is overloaded, and this has one of its signatures
  });
}
