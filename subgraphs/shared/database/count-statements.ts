import type { DatabaseConnection } from 'kysely';

const transactionControl = /^\s*(?:begin|start transaction|commit|rollback|savepoint|release)\b/i;

/** Called after each statement. */
export type OnStatement = (seconds: number, hasFailed: boolean) => void;

/** Counts and times the statements of one database. */
export class StatementCounter {
  count = 0;
  /** Set by the owner of the metrics. */
  onStatement: OnStatement | undefined;

  async run<T>(statement: () => Promise<T>): Promise<T> {
    this.count += 1;
    const startedAt = performance.now();
    let hasFailed = true;
    try {
      const result = await statement();
      hasFailed = false;
      return result;
    } finally {
      this.onStatement?.((performance.now() - startedAt) / 1000, hasFailed);
    }
  }
}

/** Counts each statement of a connection, except BEGIN, COMMIT, ROLLBACK and savepoints. */
export function countStatements(connection: DatabaseConnection, counter: StatementCounter): void {
  const run = connection.executeQuery.bind(connection);
  connection.executeQuery = (query, options) =>
    transactionControl.test(query.sql) ? run(query, options) : counter.run(() => run(query, options));
}
