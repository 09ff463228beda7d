import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { GraphError } from '#shared/errors/errors.ts';

// One hash takes about 20 ms of a core and 19 MiB. Without a limit, a burst of sign-ins could block the process. The limits
// belong to the process, because all its hashes use the same cores.
const gate = bulkhead(2, 64);
/** Maximum number of running or waiting hashes of one client network, so that one network cannot fill the queue. */
export const hashesPerNetwork = 8;

/** Number of running and waiting hashes by client network. */
const pending = new Map<string, number>();

/** Queues and runs one hash. @throws GraphError RATE_LIMITED if the queue, or the share of this network, is full */
export async function queueHash<T>(network: string, hash: () => Promise<T>): Promise<T> {
  const before = pending.get(network) ?? 0;
  if (before >= hashesPerNetwork) throw tooMany();
  pending.set(network, before + 1);
  try {
    return await gate.execute(hash);
  } catch (error) {
    throw error instanceof BulkheadRejectedError ? tooMany() : error;
  } finally {
    const left = (pending.get(network) ?? 1) - 1;
    if (left > 0) pending.set(network, left);
    else pending.delete(network);
  }
}

function tooMany(): GraphError {
  return new GraphError('RATE_LIMITED', 'Too many sign-ins at once. Try again in a second.', { retryAfterSeconds: 1 });
}
