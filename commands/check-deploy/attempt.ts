import { errorMessage } from '#shared/errors/error-code.ts';
import type { Finding } from './finding.ts';

/** What a check of a file finds. An error that ends the check is a finding, too, so that the other files are still checked. */
export function attempt(file: string, check: () => readonly Finding[]): readonly Finding[] {
  try {
    return check();
  } catch (error) {
    return [describeFailure(file, error)];
  }
}

/** As `attempt`, for a check that waits for other programs. */
export async function attemptLong(file: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [describeFailure(file, error)];
  }
}

/** The error in one line. */
export function describeFailure(file: string, error: unknown): Finding {
  return {
    file,
    at: 'file',
    says: errorMessage(error)
      .trim()
      .replaceAll(/\s*\n\s*/g, ' / '),
  };
}
