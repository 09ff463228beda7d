import { ConfigurationError } from './config.ts';
import { errorCode } from './error-code.ts';

/** Tells an error: one clear line for what the operator can mend, the stack for what only we can. */
export function report(error: unknown): void {
  if (error instanceof ConfigurationError) console.error(error.message);
  else if (errorCode(error) === 'EADDRINUSE') console.error(`PORT: a free port is required; ${String(error)}`);
  else console.error(error);
}

/** Ends the process with an error. */
export function exitWith(error: unknown): never {
  report(error);
  process.exit(1);
}
