import { currentWork, runAs, type Statement } from './tracing/current-work.ts';

/** Header by which the gateway requests the SQL statements of a request; its value is `sql`. */
export const explainHeader = 'x-freight-explain';

/** An SQL statement in the explanation of a request. */
export type StatementRecord = Statement;

/** Maximum number of recorded statements per request, and maximum length of their texts. */
const maxStatements = 1_000;
const maxTextLength = 10_000;

/** Runs a function and records the statements that it sends. */
export async function recordStatements<T>(
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly statements: readonly StatementRecord[] }> {
  const statements: StatementRecord[] = [];
  const work = currentWork();
  const onStatement = (statement: Statement): void => {
    work?.onStatement?.(statement);
    if (statements.length < maxStatements) statements.push(shown(statement));
  };
  const result = await runAs({ ...work, onStatement }, run);
  return { result, statements };
}

function shown({ text, ms, rows }: Statement): StatementRecord {
  return { text: text.slice(0, maxTextLength), ms: Math.round(ms * 100) / 100, rows };
}
