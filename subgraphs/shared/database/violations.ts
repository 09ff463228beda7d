import { DriverException } from '@mikro-orm/core';
import { Refusal, type UserError } from '../errors/errors.ts';

/**
 * Runs a write that a constraint of the table protects. A violation of a constraint named in `refusals` becomes its
 * refusal. The violation also aborts the transaction.
 */
export async function refusingViolations<T>(
  refusals: Readonly<Record<string, UserError>>,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const refusal = error instanceof DriverException ? refusals[constraintOf(error) ?? ''] : undefined;
    throw refusal ? new Refusal(refusal) : error;
  }
}

function constraintOf(error: DriverException): string | undefined {
  return 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : undefined;
}
