import { GraphError } from '#shared/errors/errors.ts';
import { liveTopics } from '#shared/events/topics.ts';
import { isUuid } from '#shared/ids.ts';
import type { TrackingContext } from '../context.ts';
import type { Position } from '../domain/position.ts';
import { positionsOfVehicles } from '../store/current.ts';
import { decodeMove } from '../store/live.ts';
import { visibilityOf } from '../store/visibility.ts';
import { latestMoves, latestPositions, type Move } from './latest-moves.ts';

const idLimit = 100;

/**
 * Where the vehicles are, then their moves. The topics are joined before the snapshot is read, so nothing falls between
 * the two. What may be seen is asked again at each move: a load that was delivered a minute ago ends its customer's view.
 */
export async function moves(
  _parent: unknown,
  { ids }: { ids: readonly string[] },
  { live, em, identity }: TrackingContext,
): Promise<AsyncIterableIterator<Move>> {
  if (ids.length < 1 || ids.length > idLimit)
    throw new GraphError('BAD_USER_INPUT', `"ids" must contain 1 to ${idLimit} ids; got ${ids.length}.`);
  const vehicleIds = [...new Set(ids.filter(isUuid).map((id) => id.toLowerCase()))];
  const visibility = visibilityOf(identity);
  const changes = await live.subscribe(vehicleIds.map(liveTopics.vehiclePosition), {
    parse: decodeMove,
    latest: latestPositions(idLimit),
  });
  try {
    const snapshot = await positionsOfVehicles(em, visibility, vehicleIds);
    const visible = async (position: Position) =>
      visibility.kind === 'ALL' || (await positionsOfVehicles(em, visibility, [position.vehicleId])).length > 0;
    return latestMoves({ snapshot, changes, visible });
  } catch (error) {
    await changes.return();
    throw error;
  }
}
