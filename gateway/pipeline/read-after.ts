import { OperationTypeNode } from 'graphql';
import { laterPosition, parseLogPosition, startOfLog } from '#shared/identity/log-position.ts';
import type { WrittenPositions } from '../access/written/written-positions.ts';
import type { Checked } from './stages.ts';
import { Writes } from './writes.ts';

/** Header of the response to a mutation. A client that sends it with queries reads its writes through other regions, too. */
export const writtenHeader = 'freight-read-after';

/**
 * Lets standbys answer a query once they have what its caller has written, and remembers what a mutation writes. Subscriptions and mutations read
 * from the primary.
 */
export async function readAfter<C extends Checked>(checked: C, positions: WrittenPositions): Promise<C> {
  const { operation, headers } = checked;
  switch (operation.operation) {
    case OperationTypeNode.QUERY: {
      const given = parseLogPosition(headers[writtenHeader]) ?? startOfLog;
      return { ...checked, readAfter: laterPosition(given, await positions.latestOf(writersOf(checked))) };
    }
    case OperationTypeNode.MUTATION:
      return { ...checked, writes: new Writes((position) => positions.note(writersOf(checked)[0], position)) };
    default:
      return checked;
  }
}

/**
 * As whom the caller writes, and then as whom it reads, too: who signs in or registers writes without an account, and then reads with one from the
 * same address.
 */
function writersOf({ caller: { identity }, address }: Checked): readonly [string, ...string[]] {
  const ofAddress = `address:${address}`;
  return identity.kind === 'account' ? [`account:${identity.accountId}`, ofAddress] : [ofAddress];
}
