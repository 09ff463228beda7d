import { noColumns } from '#shared/database/rows.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { liveTopics } from '#shared/events/topics.ts';
import { isUuid } from '#shared/ids.ts';
import type { TrackingContext } from '../context.ts';
import type { Position } from '../domain/position.ts';
import { positionsOfVehicles } from '../store/current.ts';
import { decodeMove } from '../store/live.ts';
import { positionRows } from '../store/rows.ts';
import { trackingReach } from '../store/visibility.ts';
import { latestMoves, latestPositions, type Move } from './latest-moves.ts';

const maxIds = 100;

/** Enough to know whether a position is visible. */
const keyRows = positionRows.only(noColumns, ['vehicleId', 'recordedAt']);

/**
 * Sends the current positions of the vehicles, then their moves. Subscribes before it reads the snapshot, so that no move
 * in between is missed. Visibility is checked again at each move, because a customer's view ends with the delivery.
 */
export async function moves(
  _parent: unknown,
  { ids }: { ids: readonly string[] },
  { live, em, identity }: TrackingContext,
): Promise<AsyncIterableIterator<Move>> {
  if (ids.length < 1 || ids.length > maxIds)
    throw new GraphError('BAD_USER_INPUT', `"ids" must contain 1 to ${maxIds} ids; got ${ids.length}.`);
  const vehicleIds = [...new Set(ids.filter(isUuid).map((id) => id.toLowerCase()))];
  const reach = trackingReach(identity);
  const changes = await live.subscribe(vehicleIds.map(liveTopics.vehiclePosition), {
    parse: decodeMove,
    latest: latestPositions(maxIds),
  });
  try {
    const snapshot = await positionsOfVehicles(em, reach, vehicleIds, positionRows);
    // Only the current position is known to be visible. An older one may be from before the pickup, or of another driver;
    // the move to the current one follows.
    const visible = async ({ vehicleId, recordedAt }: Position) => {
      if (reach.kind === 'ALL') return true;
      const [current] = await positionsOfVehicles(em, reach, [vehicleId], keyRows);
      return current !== undefined && current.recordedAt <= recordedAt;
    };
    return latestMoves({ snapshot, changes, visible });
  } catch (error) {
    await changes.return();
    throw error;
  }
}
