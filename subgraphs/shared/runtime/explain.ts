import { AsyncLocalStorage } from 'node:async_hooks';

/** The header with which the gateway asks a subgraph for the SQL statements of a request, with the value `sql`. */
export const explainHeader = 'x-freight-explain';

/** An SQL statement as developers see it. */
export interface StatementRecord {
  /** With placeholders in the place of values. */
  readonly text: string;
  readonly ms: number;
  /** Rows that it returned or changed; null when it failed. */
  readonly rows: number | null;
}

/** Statements of one request, and characters of one, that are recorded at most. */
const maxStatements = 1_000;
const maxTextLength = 10_000;

/** The records of the request that runs, where somebody wants them. */
const current = new AsyncLocalStorage<StatementRecord[]>();

/** Runs something and records the statements that it sends. */
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
