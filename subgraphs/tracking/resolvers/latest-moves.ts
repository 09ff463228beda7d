import type { Conflation } from '#shared/live/backlog.ts';
import type { Channel } from '#shared/live/channel.ts';
import { filterMap } from '#shared/live/iterators.ts';
import type { Position } from '../domain/position.ts';

/** The root value of one event. */
export interface Move {
  readonly vehicleMoved: { readonly vehicle: { readonly id: string }; readonly position: Position };
}

/** Keeps only the newest waiting position of each vehicle: a slow reader skips those in between. */
export function latestPositions(vehicles: number): Conflation<Position> {
  return {
    keys: vehicles,
    keyOf: ({ vehicleId }) => vehicleId,
    supersedes: (position, waiting) => position.recordedAt > waiting.recordedAt,
  };
}

export interface MoveSource {
  readonly snapshot: readonly Position[];
  /** Positions since before the snapshot was read, conflated by `latestPositions`. */
  readonly changes: Channel<Position>;
  /** Whether the subscriber may see this position now. Not called for positions of the snapshot. */
  readonly visible: (position: Position) => Promise<boolean>;
}

/** Moves for one subscriber: the current position of each vehicle, then newer ones, never older ones. */
export function latestMoves({ snapshot, changes, visible }: MoveSource): AsyncIterableIterator<Move> {
  const known = new Set(snapshot);
  const readAt = new Map<string, Date>();
  for (const position of snapshot) changes.push(position);
  return filterMap(changes, async (position) => {
    const { vehicleId, recordedAt } = position;
    const last = readAt.get(vehicleId);
    if (last && recordedAt <= last) return undefined;
    readAt.set(vehicleId, recordedAt);
    const isVisible = known.delete(position) || (await visible(position));
    return isVisible ? { vehicleMoved: { vehicle: { id: vehicleId }, position } } : undefined;
  });
}
