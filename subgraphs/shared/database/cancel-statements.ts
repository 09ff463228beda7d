import type { CompiledQuery, DatabaseConnection } from 'kysely';
import type { Log } from '../runtime/log.ts';

/**
 * Cancels the statements of a connection in PostgreSQL when their signal is aborted. Kysely has then already rejected the
 * statement, so its result here is ignored. The connection is free again when the statement and its cancellation have ended.
 */
export function cancelStatements(connection: DatabaseConnection, log: Log): void {
  const run = connection.executeQuery.bind(connection);
  connection.executeQuery = async <R>(query: CompiledQuery, options?: { readonly signal?: AbortSignal }) => {
    const { signal } = options ?? {};
    if (!signal) return run<R>(query, options);
    await connection.collectSessionInfo?.();
    let cancelling: Promise<void> | undefined;
    let isOver = false;
    const cancel = () => {
      // The driver opens another connection for this, so that a full pool does not delay it.
      cancelling = connection
        .cancelQuery?.(() => Promise.resolve())
        .catch((error: unknown) => {
          // The statement may end before its cancellation arrives. The cancellation then fails without harm.
          if (!isOver) log.warn({ err: error }, 'a statement could not be cancelled');
        });
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await run<R>(query, options);
    } catch (error) {
      if (!signal.aborted) throw error;
      return { rows: [] };
    } finally {
      isOver = true;
      signal.removeEventListener('abort', cancel);
      await cancelling;
    }
  };
}
