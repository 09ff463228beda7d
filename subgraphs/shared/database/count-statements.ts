import type { DatabaseConnection } from 'kysely';

const transactionControl = /^\s*(?:begin|start transaction|commit|rollback|savepoint|release)\b/i;

/** Calls back for each statement of a connection, except BEGIN, COMMIT, ROLLBACK and savepoints. */
export function countStatements(connection: DatabaseConnection, counted: () => void): void {
  const run = connection.executeQuery.bind(connection);
  connection.executeQuery = (query, options) => {
    if (!transactionControl.test(query.sql)) counted();
    return run(query, options);
  };
}
