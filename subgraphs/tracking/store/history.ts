import type { EntityManager } from '#shared/database/database.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { type Track, trackOf, trackPointLimit } from '../domain/track.ts';
import { jsonRows, uuidArray } from './sql.ts';
import { type Visibility, visibleCarriages } from './visibility.ts';

/** The longest stretch of one track; the default is the last day. */
const trackDaysMost = 14;
const toleranceMetersRange = { least: 0, most: 10_000 } as const;
/** Recorded positions that one track is made of at most, and all tracks of one request together. */
const fixesPerTrack = 2_000;
const fixesPerRequest = 40_000;

export interface TrackArguments {
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly toleranceMeters: number;
  readonly maxPoints: number;
}

/** A stretch of time on one vehicle, of one driver, or of that driver on that vehicle. */
interface Window {
  readonly ownerId: string;
  readonly vehicleId: string | null;
  readonly driverId: string | null;
  readonly from: Date;
  readonly to: Date;
}

export interface TrackOfOwner {
  readonly ownerId: string;
  readonly track: Track;
}

interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** The first instant that clients can name; there is no year 0. */
const firstInstant = Date.parse('0001-01-01T00:00:00.000Z');

/** Checks the arguments of a track. BAD_USER_INPUT for what can't be answered. */
function parsePeriod({ from, to, toleranceMeters, maxPoints }: TrackArguments, now: Date, defaultDays = 1): Period {
  const { least, most } = toleranceMetersRange;
  if (!(toleranceMeters >= least && toleranceMeters <= most))
    throw new GraphError(
      'BAD_USER_INPUT',
      `"toleranceMeters" must be from ${least} to ${most}; got ${toleranceMeters}.`,
    );
  if (!(maxPoints >= 2 && maxPoints <= trackPointLimit))
    throw new GraphError('BAD_USER_INPUT', `"maxPoints" must be from 2 to ${trackPointLimit}; got ${maxPoints}.`);
  // The end is exclusive: a position of this very moment belongs to the track.
  const end = to ?? new Date(now.getTime() + 1);
  const start = from ?? new Date(Math.max(end.getTime() - defaultDays * 86_400_000, firstInstant));
  const days = (end.getTime() - start.getTime()) / 86_400_000;
  if (!(days > 0 && days <= trackDaysMost + 0.001))
    throw new GraphError(
      'BAD_USER_INPUT',
      `"to" must be after "from" by at most ${trackDaysMost} days; got ${days.toFixed(2)} days.`,
    );
  return { from: start, to: end };
}

export async function tracksOfVehicles(
  em: EntityManager,
  visibility: Visibility,
  ids: readonly string[],
  args: TrackArguments,
  now: Date,
): Promise<TrackOfOwner[]> {
  const { from, to } = parsePeriod(args, now);
  const owned = (driverId: string | null): Window[] =>
    ids.map((id) => ({ ownerId: id, vehicleId: id, driverId, from, to }));
  switch (visibility.kind) {
    case 'ALL':
      return tracksOf(em, owned(null), args);
    case 'DRIVER':
      return tracksOf(em, owned(visibility.driverId), args);
    case 'ORGANIZATION':
      return tracksOf(em, await carriageWindows(em, visibility, 'vehicle_id', ids, { from, to }), args);
    case 'NONE':
      return [];
  }
}

export async function tracksOfDrivers(
  em: EntityManager,
  visibility: Visibility,
  ids: readonly string[],
  args: TrackArguments,
  now: Date,
): Promise<TrackOfOwner[]> {
  const { from, to } = parsePeriod(args, now);
  if (visibility.kind === 'ORGANIZATION')
    return tracksOf(em, await carriageWindows(em, visibility, 'driver_id', ids, { from, to }), args);
  const visible = ids.filter(
    (id) => visibility.kind === 'ALL' || (visibility.kind === 'DRIVER' && visibility.driverId === id),
  );
  return tracksOf(
    em,
    visible.map((id) => ({ ownerId: id, vehicleId: null, driverId: id, from, to })),
    args,
  );
}

/** Ways of shipments from pickup to delivery, over all vehicles that carried them. */
export async function tracksOfShipments(
  em: EntityManager,
  visibility: Visibility,
  ids: readonly string[],
  args: TrackArguments,
  now: Date,
): Promise<TrackOfOwner[]> {
  const whole = args.from || args.to ? undefined : trackDaysMost;
  const windows = await carriageWindows(em, visibility, 'shipment_id', ids, parsePeriod(args, now, whole));
  return tracksOf(em, windows, args);
}

/** Where loads were carried within a period, as windows on the vehicles' history. */
async function carriageWindows(
  em: EntityManager,
  visibility: Visibility,
  column: 'vehicle_id' | 'driver_id' | 'shipment_id',
  ids: readonly string[],
  period: Period,
): Promise<Window[]> {
  const visible = visibleCarriages(visibility);
  const rows = await em.execute<{ owner_id: string; vehicle_id: string; from_at: string; to_at: string }[]>(
    `select * from (
       select c.${column} as owner_id, c.vehicle_id,
         greatest(c.from_at, ?::timestamptz) as from_at, least(c.to_at, ?::timestamptz) as to_at
       from carriage c where c.${column} = any(?::uuid[]) and ${visible.sql}
     ) w where from_at < to_at`,
    [period.from, period.to, uuidArray(ids), ...visible.params],
  );
  return rows.map((row) => ({
    ownerId: row.owner_id,
    vehicleId: row.vehicle_id,
    driverId: null,
    from: new Date(row.from_at),
    to: new Date(row.to_at),
  }));
}

interface FixRow {
  readonly owner_id: string;
  readonly recorded_at: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly speed_meters_per_second: number | null;
  readonly total: number;
}

async function tracksOf(em: EntityManager, windows: readonly Window[], args: TrackArguments): Promise<TrackOfOwner[]> {
  if (windows.length === 0) return [];
  const rows = await readFixes(em, windows);
  return [...Map.groupBy(rows, (row) => row.owner_id)].flatMap(([ownerId, own]) => {
    const fixes = own.map((row) => ({
      latitude: row.latitude,
      longitude: row.longitude,
      recordedAt: new Date(row.recorded_at),
      speedMetersPerSecond: row.speed_meters_per_second,
    }));
    const track = trackOf(fixes, recordedCount(own), args.toleranceMeters, args.maxPoints);
    return track ? [{ ownerId, track }] : [];
  });
}

/** Each row carries the count of its window; an owner may have several. */
function recordedCount(rows: readonly (FixRow & { n: number })[]): number {
  const totals = new Map(rows.map((row) => [row.n, row.total]));
  return [...totals.values()].reduce((sum, total) => sum + total, 0);
}

/** Positions of all windows in one statement; long windows are thinned evenly, keeping their last position. */
async function readFixes(em: EntityManager, windows: readonly Window[]): Promise<(FixRow & { n: number })[]> {
  const limit = Math.max(50, Math.min(fixesPerTrack, Math.floor(fixesPerRequest / windows.length)));
  const given = windows.map(({ ownerId, vehicleId, driverId, from, to }, n) => ({
    n,
    owner_id: ownerId,
    vehicle_id: vehicleId,
    driver_id: driverId,
    from_at: from,
    to_at: to,
  }));
  // Each kind of window has its own index: one condition over both would use neither.
  const owner = windows[0]?.vehicleId
    ? 'h.vehicle_id = w.vehicle_id and (w.driver_id is null or h.driver_id = w.driver_id)'
    : 'h.driver_id = w.driver_id';
  return em.execute(
    `select w.n, w.owner_id, f.* from json_to_recordset(?::json)
       as w(n int, owner_id uuid, vehicle_id uuid, driver_id uuid, from_at timestamptz, to_at timestamptz)
     cross join lateral (
       select recorded_at, latitude, longitude, speed_meters_per_second, total::int from (
         select h.*, row_number() over (order by h.recorded_at) - 1 as place, count(*) over () as total
         from position_history h where ${owner} and h.recorded_at >= w.from_at and h.recorded_at < w.to_at
       ) numbered
       where place % ceil(total / ?::numeric)::bigint = 0 or place = total - 1
     ) f order by f.recorded_at, w.n`,
    [jsonRows(given), limit],
  );
}
