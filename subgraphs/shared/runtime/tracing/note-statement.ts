import { currentWork, type Statement } from './current-work.ts';
import type { Span } from './tracer.ts';

/** Characters of a statement in a span. */
const maxTextLength = 2_000;

/** Tells the current work about a statement that has just ended: for its trace, its explanation and the log of slow statements. */
export function noteStatement(statement: Statement): void {
  const work = currentWork();
  if (!work) return;
  work.onStatement?.(statement);
  if (work.span) traceStatement(work.span, statement);
}

function traceStatement(parent: Span, { text, ms, rows }: Statement): void {
  const [operation, table] = summaryOf(text);
  const span = parent.step(table === undefined ? operation : `${operation} ${table}`, {
    kind: 'client',
    startedAt: performance.now() - ms,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      ...(table !== undefined && { 'db.collection.name': table }),
      'db.query.text': text.slice(0, maxTextLength),
      ...(rows !== null && { 'db.response.returned_rows': rows }),
    },
  });
  if (rows === null) span.fail('_OTHER');
  span.end();
}

const verb = /^[\s(]*([a-z]+)/i;
const firstTable = /\b(?:from|into|update)\s+(?:only\s+)?((?:"?\w+"?\.)*)"?(\w+)"?/i;

/** The verb of a statement, and the first table that it names. */
function summaryOf(text: string): readonly [operation: string, table: string | undefined] {
  return [(verb.exec(text)?.[1] ?? 'SQL').toUpperCase(), firstTable.exec(text)?.[2]];
}
