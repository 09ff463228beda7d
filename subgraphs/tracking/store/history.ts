import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw, sql, uuids } from '#shared/database/sql.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { type Reach, reaches } from '#shared/identity/reach.ts';
import { parseTimeRange, type TimeRange } from '#shared/input/time-range.ts';
import { type Fix, maxTrackPoints, type Track, toTrack } from '../domain/track.ts';
import { visibleCarriages } from './visibility.ts';

/** The longest period of one track. The default is the last day. */
const maxTrackDays = 14;
const toleranceMetersRange = { least: 0, most: 10_000 } as const;
/** The most recorded positions of one track, and of all tracks of one request together. */
const fixesPerTrack = 2_000;
const fixesPerRequest = 40_000;

export interface TrackArguments {
  readonly period: TimeRange;
  readonly toleranceMeters: number;
  readonly maxPoints: number;
}

/** A period of one vehicle, of one driver, or of that driver with that vehicle. */
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

/** The first time that clients can send. There is no year 0. */
const firstInstant = Date.parse('0001-01-01T00:00:00.000Z');

/** Checks the arguments of a track. @throws GraphError BAD_USER_INPUT */
function parsePeriod({ period, toleranceMeters, maxPoints }: TrackArguments, now: Date, defaultDays = 1): Period {
  const { least, most } = toleranceMetersRange;
  if (!(toleranceMeters >= least && toleranceMeters <= most))
    throw new GraphError(
      'BAD_USER_INPUT',
      `"toleranceMeters" must be from ${least} to ${most}; got ${toleranceMeters}.`,
    );
  if (!(maxPoints >= 2 && maxPoints <= maxTrackPoints))
    throw new GraphError('BAD_USER_INPUT', `"maxPoints" must be from 2 to ${maxTrackPoints}; got ${maxPoints}.`);
  const { from, until } = parseTimeRange('period', period);
  // The end is exclusive, and a position of this millisecond belongs to the track.
  const end = until ?? new Date(now.getTime() + 1);
  const start = from ?? new Date(Math.max(end.getTime() - defaultDays * 86_400_000, firstInstant));
  const days = (end.getTime() - start.getTime()) / 86_400_000;
  if (!(days > 0 && days <= maxTrackDays + 0.001))
    throw new GraphError(
      'BAD_USER_INPUT',
      `"period" must last at most ${maxTrackDays} days and end after it begins; got ${days.toFixed(2)} days.`,
    );
  return { from: start, to: end };
}

export async function tracksOfVehicles(
  em: EntityManager,
  reach: Reach,
  ids: readonly string[],
  args: TrackArguments,
  now: Date,
): Promise<TrackOfOwner[]> {
  const { from, to } = parsePeriod(args, now);
  const owned = (driverId: string | null): Window[] =>
    ids.map((id) => ({ ownerId: id, vehicleId: id, driverId, from, to }));
  switch (reach.kind) {
    case 'ALL':
      return tracksOf(em, owned(null), args);
    case 'DRIVER':
      return tracksOf(em, owned(reach.driverId), args);
    case 'ORGANIZATION':
      return tracksOf(em, await carriageWindows(em, reach, 'vehicle_id', ids, { from, to }), args);
    case 'NONE':
      return [];
  }
}

export async function tracksOfDrivers(
  em: EntityManager,
  reach: Reach,
  ids: readonly string[],
  args: TrackArguments,
  now: Date,
): Promise<TrackOfOwner[]> {
  const { from, to } = parsePeriod(args, now);
  if (reach.kind === 'ORGANIZATION')
    return tracksOf(em, await carriageWindows(em, reach, 'driver_id', ids, { from, to }), args);
  const visible = ids.filter((driverId) => reaches(reach, { driverId }));
  return tracksOf(
    em,
    visible.map((id) => ({ ownerId: id, vehicleId: null, driverId: id, from, to })),
    args,
  );
}

/** Tracks of shipments from pickup to delivery, over all vehicles that carried them. */
export async function tracksOfShipments(
  em: EntityManager,
  reach: Reach,
  ids: readonly string[],
  args: TrackArguments,
  now: Date,
): Promise<TrackOfOwner[]> {
  const whole = args.period.from || args.period.until ? undefined : maxTrackDays;
  const windows = await carriageWindows(em, reach, 'shipment_id', ids, parsePeriod(args, now, whole));
  return tracksOf(em, windows, args);
}

/** The windows of vehicle history in which loads were carried, within a period. */
async function carriageWindows(
  em: EntityManager,
  reach: Reach,
  column: 'vehicle_id' | 'driver_id' | 'shipment_id',
  ids: readonly string[],
  period: Period,
): Promise<Window[]> {
  const owner = raw(`c.${column}`);
  const rows = await query<{ ownerId: string; vehicleId: string; from: string; to: string }>(
    em,
    sql`select * from (
        select ${owner} as "ownerId", c.vehicle_id as "vehicleId",
          greatest(c.from_at, ${period.from}::timestamptz) as "from", least(c.to_at, ${period.to}::timestamptz) as "to"
        from carriage c where ${owner} = any(${uuids(ids)}) and ${visibleCarriages(reach)}
      ) w where "from" < "to"`,
  );
  return rows.map(({ from, to, ...row }) => ({ ...row, driverId: null, from: new Date(from), to: new Date(to) }));
}

interface FixRow extends Omit<Fix, 'recordedAt'> {
  readonly ownerId: string;
  readonly recordedAt: string;
  /** Number of the window. An owner may have several windows. */
  readonly n: number;
  /** Plausible positions of the window. */
  readonly total: number;
  readonly doubtful: number;
}

async function tracksOf(em: EntityManager, windows: readonly Window[], args: TrackArguments): Promise<TrackOfOwner[]> {
  if (windows.length === 0) return [];
  const rows = await readFixes(em, windows);
  return [...Map.groupBy(rows, (row) => row.ownerId)].flatMap(([ownerId, own]) => {
    const fixes = own.map(({ latitude, longitude, recordedAt, speedMetersPerSecond }) => ({
      latitude,
      longitude,
      recordedAt: new Date(recordedAt),
      speedMetersPerSecond,
    }));
    const { toleranceMeters, maxPoints } = args;
    const [recorded, doubtful] = [sumOver(own, ({ total }) => total), sumOver(own, (row) => row.doubtful)];
    const track = toTrack(fixes, recorded, toleranceMeters, maxPoints, doubtful);
    return track ? [{ ownerId, track }] : [];
  });
}

/** Adds a figure of each window, which all rows of the window repeat. */
function sumOver(rows: readonly FixRow[], figure: (row: FixRow) => number): number {
  const figures = new Map(rows.map((row) => [row.n, figure(row)]));
  return [...figures.values()].reduce((sum, value) => sum + value, 0);
}

// Each kind of window has its own index. One condition over both would use neither index.
const onVehicle = sql`h.vehicle_id = w."vehicleId" and (w."driverId" is null or h.driver_id = w."driverId")`;
const ofDriver = sql`h.driver_id = w."driverId"`;

/** Plausible positions of all windows in one statement. Long windows are sampled evenly and keep their last position. */
function readFixes(em: EntityManager, windows: readonly Window[]): Promise<FixRow[]> {
  const limit = Math.max(50, Math.min(fixesPerTrack, Math.floor(fixesPerRequest / windows.length)));
  const given = JSON.stringify(windows.map((window, n) => ({ ...window, n })));
  const owner = windows[0]?.vehicleId ? onVehicle : ofDriver;
  return query<FixRow>(
    em,
    sql`select w.n, w."ownerId", f.* from json_to_recordset(${given}::json)
        as w (n int, "ownerId" uuid, "vehicleId" uuid, "driverId" uuid, "from" timestamptz, "to" timestamptz)
      cross join lateral (
        select recorded_at as "recordedAt", latitude, longitude, speed_meters_per_second as "speedMetersPerSecond",
          total::int, (recorded - total)::int as doubtful from (
          select h.*, count(*) over () as recorded, count(*) filter (where not h.doubtful) over () as total,
            count(*) filter (where not h.doubtful) over (order by h.recorded_at rows unbounded preceding) - 1 as place
          from position_history h where ${owner} and h.recorded_at >= w."from" and h.recorded_at < w."to"
        ) numbered
        where not doubtful and (place % ceil(total / ${limit}::numeric)::bigint = 0 or place = total - 1)
      ) f order by f."recordedAt", w.n`,
  );
}
