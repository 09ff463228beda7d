import type { EngineError, ErrorPath } from '../errors.ts';
import { ResponseTooLarge, WriteContext } from './write-context.ts';
import type { ValueWriter } from './writer.ts';

/** Largest text written for one response, in UTF-16 units. */
const MAX_RESPONSE_LENGTH = 64 * 1024 * 1024;

/** What is to be written. */
export interface FetchedObject {
  readonly object: object;
  /** Whether no string in it needs escaping. */
  readonly isUnescaped: boolean;
}

/**
 * Writes the data and adds what the schema doesn't allow in it to the errors. A null that a known error explains
 * isn't reported a second time (specification: one error per field).
 */
export function completeData(
  write: ValueWriter,
  { object, isUnescaped }: FetchedObject,
  variables: Readonly<Record<string, unknown>>,
  known: readonly EngineError[],
): { data: string; errors: readonly EngineError[] } {
  const context = new WriteContext(variables, isUnescaped, MAX_RESPONSE_LENGTH);
  const data = writeData(write, object, context);
  if (data === undefined) return { data: 'null', errors: [...known, tooLarge] };
  if (context.errors.length === 0) return { data, errors: known };
  const isExplained = explanations(known);
  const found = context.errors.flatMap(({ message, reversedPath }): EngineError[] => {
    const path = reversedPath.toReversed();
    const extensions = { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false };
    return isExplained(path) ? [] : [{ message, path, extensions }];
  });
  return { data, errors: [...known, ...found] };
}

const tooLarge: EngineError = {
  message: `The response would be larger than ${MAX_RESPONSE_LENGTH} characters`,
  extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', retryable: false },
};

/** Undefined when the text outgrows its limit. */
function writeData(write: ValueWriter, root: object, context: WriteContext): string | undefined {
  try {
    return write(root, context) ?? 'null';
  } catch (error) {
    // Several lists just below the limit can exceed what one string of V8 may hold.
    if (error instanceof ResponseTooLarge || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether an error stands at a path, above it, or below it. */
function explanations(errors: readonly EngineError[]): (path: ErrorPath) => boolean {
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
