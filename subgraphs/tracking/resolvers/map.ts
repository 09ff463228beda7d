import { GraphError } from '#shared/errors/errors.ts';
import type { Point } from '#shared/geo/sphere.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { personalRecords, resolvePerson } from '#shared/graphql/personal-data.ts';
import { JsonScalar, scalars } from '#shared/graphql/scalars.ts';
import { parseArgument } from '#shared/input/parse-input.ts';
import { parseSearch } from '#shared/input/text.ts';
import type { TimeRange } from '#shared/input/time-range.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { TrackingContext } from '../context.ts';
import { toZone } from '../domain/area.ts';
import { boundsInput } from '../domain/bounds-input.ts';
import { estimateArrival } from '../domain/eta.ts';
import { maxNameLength } from '../domain/geofence-input.ts';
import { encodePolyline } from '../domain/polyline.ts';
import type { Position } from '../domain/position.ts';
import type { Geofence, GeofenceEvent } from '../entities.ts';
import { listPositions } from '../store/current.ts';
import { type GeofenceEventFilter, listGeofenceEvents } from '../store/geofence-events.ts';
import { listGeofences } from '../store/geofences.ts';
import type { TrackArguments } from '../store/history.ts';
import { personalLists } from '../store/personal-data.ts';
import { trackingReach } from '../store/visibility.ts';
import { geofenceMutations } from './geofence-mutations.ts';
import { report } from './report.ts';
import { moves } from './vehicle-moved.ts';

interface Reference {
  readonly id: string;
}

/** Arguments of a track. `from` and `to` are deprecated. */
interface GivenTrack extends Omit<TrackArguments, 'period'> {
  readonly period?: TimeRange | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/** @throws GraphError BAD_USER_INPUT if a deprecated argument differs from the period */
function trackArguments({ period, from, to, ...line }: GivenTrack): TrackArguments {
  requireSame('from', from, 'period.from', period?.from);
  requireSame('to', to, 'period.until', period?.until);
  return { ...line, period: { from: period?.from ?? from, until: period?.until ?? to } };
}

function requireSame(
  oldName: string,
  old: Date | null | undefined,
  name: string,
  value: Date | null | undefined,
): void {
  if (!old || !value || old.getTime() === value.getTime()) return;
  throw new GraphError('BAD_USER_INPUT', `"${oldName}" differs from "${name}". Give only "${name}".`);
}

/** Arguments of the list of geofences. `search` is deprecated; it must hold, too. */
interface GeofencesArguments extends PageArguments {
  readonly filter?: { readonly search?: string | null } | null;
  readonly search?: string | null;
}

/** Parses the search texts that are given, by their names. */
function parseSearches(given: Readonly<Record<string, string | null | undefined>>): string[] {
  return Object.entries(given).flatMap(([name, text]) => (text == null ? [] : parseSearch(text, name, maxNameLength)));
}

const { DateTime } = scalars;

const positionField = fieldsOf<Position, TrackingContext>();
const geofenceField = fieldsOf<Geofence, TrackingContext>();
const eventField = fieldsOf<GeofenceEvent, TrackingContext>();

export const resolvers: Subgraph<TrackingContext>['resolvers'] = {
  JSON: JsonScalar,
  DateTime,
  Query: {
    vehiclePositions: (
      _parent,
      { within, ...page }: PageArguments & { within?: unknown },
      { em, identity, columns },
    ) => {
      const bounds = within ? parseArgument(boundsInput, 'within', within) : null;
      return listPositions(em, trackingReach(identity), bounds, page, columns('Position'));
    },
    geofence: (_parent, { id }: Reference, { loaders }) => loaders.geofence.load(id),
    geofences: (_parent, { filter, search, ...page }: GeofencesArguments, { em, identity, columns }) => {
      const searches = parseSearches({ 'filter.search': filter?.search, search });
      return listGeofences(em, trackingReach(identity), searches, page, columns('Geofence'));
    },
    geofenceEvents: (
      _parent,
      { filter, ...page }: PageArguments & { filter?: GeofenceEventFilter | null },
      { em, identity, columns },
    ) => listGeofenceEvents(em, trackingReach(identity), filter ?? {}, page, columns('GeofenceEvent')),
  },
  Mutation: { reportPositions: report, ...geofenceMutations },
  Subscription: { vehicleMoved: { subscribe: moves } },
  Driver: {
    __resolveReference: stub,
    position: ({ id }: Reference, _args: unknown, { loaders }: TrackingContext) => loaders.driverPosition.load(id),
    track: ({ id }: Reference, args: GivenTrack, { loaders }: TrackingContext) =>
      loaders.driverTrack.load(id, trackArguments(args)),
  },
  Vehicle: {
    __resolveReference: stub,
    position: ({ id }: Reference, _args: unknown, { loaders }: TrackingContext) => loaders.vehiclePosition.load(id),
    track: ({ id }: Reference, args: GivenTrack, { loaders }: TrackingContext) =>
      loaders.vehicleTrack.load(id, trackArguments(args)),
  },
  Shipment: {
    __resolveReference: stub,
    position: ({ id }: Reference, _args: unknown, { loaders }: TrackingContext) => loaders.shipmentPosition.load(id),
    track: ({ id }: Reference, args: GivenTrack, { loaders }: TrackingContext) =>
      loaders.shipmentTrack.load(id, trackArguments(args)),
    eta: async ({ id }: Reference, _args: unknown, { loaders, clock }: TrackingContext) => {
      const computedAt = clock();
      const known = await loaders.journey.load(id);
      return { ...estimateArrival(known?.journey ?? null, computedAt), computedAt };
    },
  },
  Position: {
    location: positionField(['latitude', 'longitude'], location),
    vehicle: positionField(['vehicleId'], ({ vehicleId }) => ({ id: vehicleId })),
    driver: positionField(['driverId'], ({ driverId }) => (driverId ? { id: driverId } : null)),
    shipment: positionField(['vehicleId', 'recordedAt'], async (position, _args, { loaders }) => {
      const load = await loaders.load.load(position);
      return load ? { id: load.shipmentId } : null;
    }),
  },
  TrackPoint: { location },
  Geofence: {
    __resolveReference: ({ id }: Reference, { loaders }: TrackingContext) => loaders.geofence.load(id),
    bounds: geofenceField(['area'], ({ area }) => toZone(area).bounds),
  },
  GeoPolygon: { polyline: ({ vertices }: { readonly vertices: readonly Point[] }) => encodePolyline(vertices) },
  GeofenceArea: {
    __resolveType: ({ kind }: Geofence['area']) => (kind === 'CIRCLE' ? 'GeoCircle' : 'GeoPolygon'),
  },
  GeofenceEvent: {
    location: eventField(['latitude', 'longitude'], location),
    geofence: eventField(['geofenceId'], ({ geofenceId }, _args, { loaders }) =>
      geofenceId ? loaders.geofence.load(geofenceId) : null,
    ),
    vehicle: eventField(['vehicleId'], ({ vehicleId }) => ({ id: vehicleId })),
    driver: eventField(['driverId'], ({ driverId }) => (driverId ? { id: driverId } : null)),
  },
  PersonalData: {
    __resolveReference: resolvePerson,
    tracking: personalRecords(personalLists),
  },
};

/** The owning subgraph decides who sees the entity. Each field here decides who sees its own data. */
function stub({ id }: Reference): Reference {
  return { id };
}

function location({ latitude, longitude }: Pick<GeofenceEvent, 'latitude' | 'longitude'>) {
  return { latitude, longitude };
}
