import { DefaultLogger, type LogContext } from '@mikro-orm/core';
import { recordStatement } from '../runtime/explain.ts';

/** The ORM's log, which also records statements for requests that are explained. */
export class StatementLogger extends DefaultLogger {
  override logQuery(context: LogContext & { readonly query: string }): void {
    const { query, took, level, results, affected } = context;
    // Begin and commit come without a time.
    if (took !== undefined) {
      recordStatement({ text: query, ms: took, rows: level === 'error' ? null : (results ?? affected ?? 0) });
    }
    super.logQuery(context);
  }
}
