import { ConfigurationError } from './config.ts';

/** Ends the process: one clear line for what the operator can mend, the stack for what only we can. */
export function exitWith(error: unknown): never {
  if (error instanceof ConfigurationError) console.error(error.message);
  else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    console.error(`PORT: a free port is required; ${error.message}`);
  else console.error(error);
  process.exit(1);
}
