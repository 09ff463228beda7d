import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { GraphError } from '#shared/errors/errors.ts';

// One hash takes some 20 ms of a core and 19 MiB, so that a burst of sign-ins could take the whole process.
const gate = bulkhead(2, 64);
/** Hashes that one client network may have running or waiting: one flood cannot fill the queue for everybody. */
export const hashesPerNetwork = 8;

/** Hashes running and waiting by client network. */
const underWay = new Map<string, number>();

/** Runs one hash when its turn comes. @throws GraphError RATE_LIMITED when the queue, or the network's share of it, is full */
export async function hashingTurn<T>(network: string, hash: () => Promise<T>): Promise<T> {
  const before = underWay.get(network) ?? 0;
  if (before >= hashesPerNetwork) throw tooMany();
  underWay.set(network, before + 1);
  try {
    return await gate.execute(hash);
  } catch (error) {
    throw error instanceof BulkheadRejectedError ? tooMany() : error;
  } finally {
    const left = (underWay.get(network) ?? 1) - 1;
    if (left > 0) underWay.set(network, left);
    else underWay.delete(network);
  }
}

function tooMany(): GraphError {
  return new GraphError('RATE_LIMITED', 'Too many sign-ins at once. Try again in a second.', { retryAfterSeconds: 1 });
}
