import { DefaultLogger, type LogContext } from '@mikro-orm/core';
import { recordStatement } from '../runtime/explain.ts';

/** The log of the ORM. It also records the statements of requests with the header GraphQL-Explain. */
export class StatementLogger extends DefaultLogger {
  override logQuery(context: LogContext & { readonly query: string }): void {
    const { query, took, level, results, affected } = context;
    // The ORM measures no time for BEGIN and COMMIT.
    if (took !== undefined) {
      recordStatement({ text: query, ms: took, rows: level === 'error' ? null : (results ?? affected ?? 0) });
    }
    super.logQuery(context);
  }
}
