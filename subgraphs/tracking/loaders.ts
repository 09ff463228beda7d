import DataLoader from 'dataloader';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, idOf, perArguments } from '#shared/graphql/loader.ts';
import type { Track } from './domain/track.ts';
import {
  loadsAt,
  type Moment,
  positionsOfDrivers,
  positionsOfShipments,
  positionsOfVehicles,
} from './store/current.ts';
import { journeysOfShipments } from './store/eta.ts';
import {
  type TrackArguments,
  type TrackOfOwner,
  tracksOfDrivers,
  tracksOfShipments,
  tracksOfVehicles,
} from './store/history.ts';
import { geofenceRows, positionRows } from './store/rows.ts';
import { trackingReach } from './store/visibility.ts';

/** One loader per key and request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity, clock, columns }: BaseContext) {
  const reach = trackingReach(identity);
  const positions = positionRows.only(columns('Position'), ['vehicleId', 'driverId']);
  const geofences = geofenceRows.only(columns('Geofence'), ['id']);
  return {
    vehiclePosition: byId(
      (ids) => positionsOfVehicles(em, reach, ids, positions),
      (position) => position.vehicleId,
    ),
    driverPosition: byId(
      (ids) => positionsOfDrivers(em, reach, ids, positions),
      (position) => position.driverId ?? '',
    ),
    shipmentPosition: byId(
      (ids) => positionsOfShipments(em, reach, ids, positions),
      ({ shipmentId }) => shipmentId,
    ),
    journey: byId(
      (ids) => journeysOfShipments(em, reach, ids),
      ({ shipmentId }) => shipmentId,
    ),
    load: new DataLoader(
      async (moments: readonly Moment[]) => {
        const loads = new Map((await loadsAt(em, reach, moments)).map((load) => [momentKey(load), load]));
        return moments.map((moment) => loads.get(momentKey(moment)) ?? null);
      },
      { cacheKeyFn: momentKey, maxBatchSize: 500 },
    ),
    vehicleTrack: tracks((ids, args) => tracksOfVehicles(em, reach, ids, args, clock())),
    driverTrack: tracks((ids, args) => tracksOfDrivers(em, reach, ids, args, clock())),
    shipmentTrack: tracks((ids, args) => tracksOfShipments(em, reach, ids, args, clock())),
    geofence: byId(async (ids) => (reach.kind === 'ALL' ? geofences.readBy(em, 'id', ids) : []), idOf),
  };
}

function momentKey({ vehicleId, recordedAt }: Moment): string {
  return `${vehicleId}|${recordedAt.getTime()}`;
}

/** Tracks with equal arguments are read together, in one group per distinct arguments. */
function tracks(fetch: (ids: readonly string[], args: TrackArguments) => Promise<readonly TrackOfOwner[]>) {
  const loaderOf = perArguments((args: TrackArguments) =>
    byId(
      (ids) => fetch(ids, args),
      ({ ownerId }) => ownerId,
    ),
  );
  return {
    async load(id: string, args: TrackArguments): Promise<Track | null> {
      return (await loaderOf(args).load(id))?.track ?? null;
    },
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
