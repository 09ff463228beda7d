import { endOfLog, parseLogPosition, writtenExtension } from '#shared/identity/log-position.ts';
import type { RequestScope, SubgraphResult } from '../engine/ports.ts';

/** Reports the position in the log after a mutation, before its result is used. A mutation that failed may have written. */
export async function reportWrites(
  response: Promise<SubgraphResult>,
  onWritten: NonNullable<RequestScope['onWritten']>,
): Promise<SubgraphResult> {
  try {
    const result = await response;
    const position = parseLogPosition(result.extensions?.[writtenExtension]);
    if (position !== undefined) await onWritten(position);
    return result;
  } catch (error) {
    await onWritten(endOfLog);
    throw error;
  }
}
