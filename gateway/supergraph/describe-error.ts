import { errorMessage } from '#shared/errors/error-code.ts';

/** Describes an error in one line, with its causes if it has several. */
export function describeError(error: unknown): string {
  const causes = typeof error === 'object' && error !== null && 'causes' in error ? error.causes : undefined;
  if (Array.isArray(causes) && causes.length > 0) return causes.map(describeError).join('; ');
  return errorMessage(error).split('\n')[0] ?? '';
}
