import { endOfLog, parseLogPosition, writtenExtension } from '#shared/identity/log-position.ts';
import type { RequestScope, SubgraphResult } from '../engine/ports.ts';

/** Reports the position in the log after a mutation, before its result is used. A mutation that failed may have written. */
export async function reportWrites(
  response: Promise<SubgraphResult>,
  onWritten: NonNullable<RequestScope['onWritten']>,
): Promise<SubgraphResult> {
  try {
    const result = await response;
    const written = result.extensions?.[writtenExtension];
    // A subgraph of another release may write positions in another form.
    if (written !== undefined) await onWritten(parseLogPosition(written) ?? endOfLog);
    return result;
  } catch (error) {
    await onWritten(endOfLog);
    throw error;
  }
}
