import type { EngineError, ErrorPath, ErrorReport } from '../errors.ts';
import { ResponseTooLarge, WriteContext } from './write-context.ts';
import type { ValueWriter } from './writer.ts';

/** The largest length of the text of one response, in UTF-16 units. */
const MAX_RESPONSE_LENGTH = 64 * 1024 * 1024;

/** An object to be written. */
export interface FetchedObject {
  readonly object: object;
  /** Whether no string in it needs escaping. */
  readonly isUnescaped: boolean;
}

/** Data as JSON text, with the errors in it and the cost of its values. */
export interface Completed {
  readonly data: string;
  readonly errors: readonly EngineError[];
  readonly cost: number;
}

/**
 * Writes the data. Values that the schema doesn't allow become additional errors. A null that a known error explains
 * gets no second error (specification: one error per field).
 * @param path of the object, to which the paths of `missing` lead but those of the errors do not
 */
export function completeData(
  write: ValueWriter,
  { object, isUnescaped }: FetchedObject,
  variables: Readonly<Record<string, unknown>>,
  { errors: known, missing }: ErrorReport,
  path: ErrorPath = [],
): Completed {
  const context = new WriteContext(variables, isUnescaped, MAX_RESPONSE_LENGTH);
  const data = writeData(write, object, context);
  const { cost } = context;
  if (data === undefined) return { data: 'null', errors: [...known, tooLarge], cost };
  if (context.errors.length === 0) return { data, errors: known, cost };
  const isExplained = explainedBy(known);
  const found = context.errors.flatMap(({ message, reversedPath }): EngineError[] => {
    const at = reversedPath.toReversed();
    if (isExplained(at)) return [];
    const key = missing.size > 0 ? JSON.stringify([...path, ...at]) : '';
    if (!missing.has(key)) return [{ message, path: at, extensions: malformed }];
    const cause = missing.get(key);
    return cause ? [{ ...cause, path: at }] : [];
  });
  return { data, errors: [...known, ...found], cost };
}

const malformed = { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false };

const tooLarge: EngineError = {
  message: `The response would be larger than ${MAX_RESPONSE_LENGTH} characters`,
  extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', retryable: false },
};

/** The text; undefined when it is larger than the limit. */
function writeData(write: ValueWriter, root: object, context: WriteContext): string | undefined {
  try {
    return write(root, context) ?? 'null';
  } catch (error) {
    // Several lists just below the limit can together exceed V8's maximum length of a string.
    if (error instanceof ResponseTooLarge || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Returns a test whether one of the errors is at a path, above it, or below it. */
function explainedBy(errors: readonly EngineError[]): (path: ErrorPath) => boolean {
  const exact = new Set<string>();
  const above = new Set<string>();
  for (const { path } of errors) {
    if (!path) return () => true;
    exact.add(JSON.stringify(path));
    for (let length = 0; length <= path.length; length++) above.add(JSON.stringify(path.slice(0, length)));
  }
  return (path) =>
    above.has(JSON.stringify(path)) || path.some((_, index) => exact.has(JSON.stringify(path.slice(0, index))));
}
