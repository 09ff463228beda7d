import type { Pool, PoolClient } from 'pg';

/** Statements that a connection prepares at most: those beyond are planned each time. */
const statementsMost = 300;

/**
 * SQLSTATE of "cached plan must not change result type": a migration has changed a column. The statement fails, and the next
 * one gets a new plan.
 */
const changedResultType = '0A000';

/** Searches: which index suits them depends on the pattern, and the plan of a prepared statement is made without it. */
const searches = /\bi?like \$\d|@@/;

/**
 * Makes each connection of a pool prepare a statement with parameters when it first runs it, and run the prepared one
 * from then on (see docs/performance.md, P23). Kysely, through which the ORM speaks to `pg`, cannot name statements.
 */
export function prepareStatements(pool: Pool): void {
  const names = new Map<string, string>();
  /** Part of the names. A new one makes all connections prepare their statements again. */
  let generation = 0;

  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= statementsMost || searches.test(text)) return known;
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
    client.query = prepared as typeof client.query; // one of its many signatures
  });
}
