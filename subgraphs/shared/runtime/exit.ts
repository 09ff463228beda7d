import { HelpRequest } from './command-line.ts';
import { ConfigurationError } from './config.ts';
import { withoutCredentials } from './secrets.ts';

/**
 * Tells why a process ends: one clear line for what the operator can mend, the stack for what only we can.
 * @returns the exit code
 */
export function report(error: unknown): number {
  if (error instanceof HelpRequest) {
    console.log(error.message);
    return 0;
  }
  if (error instanceof ConfigurationError) console.error(error.message);
  // The stack and no other property: libraries put addresses and arguments there, passwords among them.
  else console.error(withoutCredentials(stackOf(error)));
  return 1;
}

/** Ends the process with an error. */
export function exitWith(error: unknown): never {
  process.exit(report(error));
}

/** What this returns, or the end of the process with the error that it throws. */
export function orExit<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    return exitWith(error);
  }
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return String(error);
  const causes = 'cause' in error && error.cause ? [error.cause] : [];
  const parts = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [String(error.stack), ...[...causes, ...parts].map((inner) => `caused by ${stackOf(inner)}`)].join('\n');
}
