import { AsyncLocalStorage } from 'node:async_hooks';

/** Header by which the gateway requests the SQL statements of a request; its value is `sql`. */
export const explainHeader = 'x-freight-explain';

/** An SQL statement in the explanation of a request. */
export interface StatementRecord {
  /** Text with placeholders instead of values. */
  readonly text: string;
  readonly ms: number;
  /** Rows that it returned or changed; null if it failed. */
  readonly rows: number | null;
}

/** Maximum number of recorded statements per request, and maximum length of their texts. */
const maxStatements = 1_000;
const maxTextLength = 10_000;

/** The records of the current request, if it is explained. */
const current = new AsyncLocalStorage<StatementRecord[]>();

/** Runs a function and records the statements that it sends. */
export async function recordStatements<T>(
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly statements: readonly StatementRecord[] }> {
  const statements: StatementRecord[] = [];
  const result = await current.run(statements, run);
  return { result, statements };
}

export function recordStatement({ text, ms, rows }: StatementRecord): void {
  const statements = current.getStore();
  if (!statements || statements.length >= maxStatements) return;
  statements.push({ text: text.slice(0, maxTextLength), ms: Math.round(ms * 100) / 100, rows });
}
