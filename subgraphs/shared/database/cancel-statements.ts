import type { CompiledQuery, DatabaseConnection } from 'kysely';
import type { Log } from '../runtime/log.ts';

/**
 * Makes the statements of a connection end in PostgreSQL when their signal is aborted. Kysely has then rejected the
 * statement already, so its outcome here is read by nobody; the connection is free again once both are over.
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
      // The driver opens a connection of its own for this, so that a full pool does not hold it up.
      cancelling = connection
        .cancelQuery?.(() => Promise.resolve())
        .catch((error: unknown) => {
          // The statement may end while its cancellation is on the way; then there is nothing left to cancel.
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
