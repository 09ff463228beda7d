import { errorCode, errorMessage } from '../errors/error-code.ts';
import { HelpRequest } from './command-line.ts';
import { ConfigurationError } from './config.ts';
import { withoutCredentials } from './secrets.ts';

/**
 * Prints why a process ends: one line for errors that the operator can fix, else the stack.
 * @returns the exit code
 */
export function report(error: unknown): number {
  if (error instanceof HelpRequest) {
    console.log(error.message);
    return 0;
  }
  if (error instanceof ConfigurationError || isOfServer(error)) console.error(withoutCredentials(errorMessage(error)));
  // Only the stack: libraries put addresses, arguments and even passwords into other properties.
  else console.error(withoutCredentials(formatStack(error)));
  return 1;
}

/** Reports an error and ends the process. */
export function exitWith(error: unknown): never {
  process.exit(report(error));
}

/** Returns the result of a function. If it throws, reports the error and ends the process. */
export function orExit<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    return exitWith(error);
  }
}

/** What PostgreSQL refuses a connection with, and the system: the stack says nothing about it. */
const serverCodes = new Set(['28P01', '28000', '3D000', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

/** True if a server cannot be reached, or refuses the connection. Its message names the address or the role. */
const isOfServer = (error: unknown): boolean => serverCodes.has(errorCode(error) ?? '');

function formatStack(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return String(error);
  const causes = 'cause' in error && error.cause ? [error.cause] : [];
  const parts = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [String(error.stack), ...[...causes, ...parts].map((inner) => `caused by ${formatStack(inner)}`)].join('\n');
}
