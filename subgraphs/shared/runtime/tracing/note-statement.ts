import { LRUCache } from 'lru-cache';
import { currentWork, type Statement } from './current-work.ts';
import type { FixedAttributes, Span } from './tracer.ts';

/** Characters of a statement in a span. */
const maxTextLength = 2_000;

/** What spans of one statement have in common. */
interface StatementForm {
  readonly name: string;
  readonly fixed: FixedAttributes;
}

/** The latest statements by their texts, which are few (P33). */
const forms = new LRUCache<string, StatementForm>({
  max: 1_000,
  maxSize: 2_000_000,
  sizeCalculation: (_form, text) => text.length + 1,
});

/** Tells the current work about a statement that has just ended: for its trace, its explanation and the log of slow statements. */
export function noteStatement(statement: Statement): void {
  const work = currentWork();
  if (!work) return;
  work.onStatement?.(statement);
  if (work.span) traceStatement(work.span, statement);
}

function traceStatement(parent: Span, { text, ms, rows }: Statement): void {
  const { name, fixed } = formOf(text);
  const span = parent.step(name, {
    kind: 'client',
    startedAt: performance.now() - ms,
    fixed,
    ...(rows !== null && { attributes: { 'db.response.returned_rows': rows } }),
  });
  if (rows === null) span.fail('_OTHER');
  span.end();
}

function formOf(text: string): StatementForm {
  const known = forms.get(text);
  if (known) return known;
  const [operation, table] = summaryOf(text);
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.collection.name': table,
    'db.query.text': text.slice(0, maxTextLength),
  };
  const form = { name: table === undefined ? operation : `${operation} ${table}`, fixed: { attributes } };
  forms.set(text, form);
  return form;
}

const verb = /^[\s(]*([a-z]+)/i;
const firstTable = /\b(?:from|into|update)\s+(?:only\s+)?((?:"?\w+"?\.)*)"?(\w+)"?/i;

/** The verb of a statement, and the first table that it names. */
function summaryOf(text: string): readonly [operation: string, table: string | undefined] {
  return [(verb.exec(text)?.[1] ?? 'SQL').toUpperCase(), firstTable.exec(text)?.[2]];
}
