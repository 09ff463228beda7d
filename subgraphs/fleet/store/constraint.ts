import { DriverException } from '@mikro-orm/core';
import { Refusal, type UserError } from '#shared/errors/errors.ts';

/**
 * Runs a write whose last line of defence is a constraint of the table: a violation of one that is named here becomes the
 * refusal beside it. The transaction is lost then, as it should be.
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
