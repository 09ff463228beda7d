import { DefaultLogger, type LogContext } from '@mikro-orm/core';
import { noteStatement } from '../runtime/tracing/note-statement.ts';

/** The log of the ORM. It also tells the current request, event or chore about its statements. */
export class StatementLogger extends DefaultLogger {
  override logQuery(context: LogContext & { readonly query: string }): void {
    const { query, took, level, results, affected } = context;
    // The ORM measures no time for BEGIN and COMMIT.
    if (took !== undefined) {
      noteStatement({ text: query, ms: took, rows: level === 'error' ? null : (results ?? affected ?? 0) });
    }
    super.logQuery(context);
  }
}
