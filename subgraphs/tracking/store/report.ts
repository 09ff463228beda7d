import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transact } from '#shared/database/transaction.ts';
import { type AccountIdentity, isStaff } from '#shared/identity/identity.ts';
import { driverInCharge, mayReport } from '../domain/duty.ts';
import type { Position } from '../domain/position.ts';
import { findFault, type PositionRefusal, type PositionReport } from '../domain/report.ts';
import { shareGeofences } from './geofence-lock.ts';
import { type Known, lockAndRead } from './known.ts';
import { type Checked, type ReportOutcome, storePositions } from './store-positions.ts';

interface Indexed {
  readonly index: number;
  readonly report: PositionReport;
}

/**
 * Stores a batch of positions in a constant number of statements. Vehicles are locked until the commit, in the order of
 * their ids, so that two reporters of one vehicle run one after the other.
 */
export async function reportPositions(
  em: EntityManager,
  transact: Transact,
  reporter: AccountIdentity,
  reports: readonly PositionReport[],
  now: Date,
): Promise<ReportOutcome> {
  const refused: PositionRefusal[] = [];
  const valid: Indexed[] = [];
  for (const [index, report] of reports.entries()) {
    const fault = findFault(report, now);
    if (fault) refused.push({ index, ...fault });
    else valid.push({ index, report });
  }
  if (valid.length === 0) return { acceptedCount: 0, lateCount: 0, duplicateCount: 0, doubtful: [], refused };

  const [from, to] = span(valid);
  // Runs before the transaction, so that creating a new month's partition neither waits for other reports nor blocks them.
  await query(em, sql`select ensure_position_partitions(${from}::timestamptz, ${to}::timestamptz)`);
  return transact(async (transaction) => {
    await shareGeofences(transaction.em);
    const known = await lockAndRead(
      transaction.em,
      valid.map(({ report }) => report),
      from,
      to,
    );
    const checked: Checked[] = [];
    for (const indexed of valid) {
      const outcome = checkReport(indexed, known, reporter, now);
      if ('code' in outcome) refused.push(outcome);
      else checked.push({ index: indexed.index, position: outcome });
    }
    const stored = await storePositions(transaction, checked, known, now);
    return {
      ...stored,
      refused: [...refused, ...stored.refused].sort((left, right) => left.index - right.index),
    };
  });
}

function span(valid: readonly Indexed[]): [Date, Date] {
  const times = valid.map(({ report }) => report.recordedAt.getTime());
  return [new Date(Math.min(...times)), new Date(Math.max(...times))];
}

/** Checks whether the reporter may report this position, and finds its driver: given, reporting, or in charge. */
function checkReport(
  { index, report }: Indexed,
  known: Known,
  reporter: AccountIdentity,
  now: Date,
): Position | PositionRefusal {
  const vehicleId = report.vehicleId.toLowerCase();
  const duties = known.duties.get(vehicleId) ?? [];
  const at = report.recordedAt.getTime();
  const given = report.driverId?.toLowerCase() ?? null;
  if (!isStaff(reporter)) {
    const { driverId } = reporter;
    if (!driverId || !known.vehicles.has(vehicleId) || !mayReport(duties, driverId, at)) {
      const message = 'You were not assigned to this vehicle at that time.';
      return { index, code: 'NOT_YOUR_VEHICLE', message };
    }
    if (given !== null && given !== driverId)
      return {
        index,
        code: 'UNKNOWN_DRIVER',
        message: 'You can report only your own positions. Omit driverId or give your own.',
      };
    return positionFrom(report, vehicleId, driverId, now);
  }
  if (!known.vehicles.has(vehicleId))
    return { index, code: 'UNKNOWN_VEHICLE', message: 'There is no vehicle in service with this id.' };
  if (given !== null && !known.drivers.has(given))
    return { index, code: 'UNKNOWN_DRIVER', message: 'There is no active driver with this id.' };
  return positionFrom(report, vehicleId, given ?? driverInCharge(duties, at), now);
}

function positionFrom(report: PositionReport, vehicleId: string, driverId: string | null, now: Date): Position {
  const { location, recordedAt, accuracyMeters, speedMetersPerSecond, headingDegrees, sequence } = report;
  return {
    vehicleId,
    driverId,
    recordedAt,
    latitude: location.latitude,
    longitude: location.longitude,
    accuracyMeters: reading(accuracyMeters),
    speedMetersPerSecond: speedMetersPerSecond == null ? null : reading(speedMetersPerSecond),
    headingDegrees: headingDegrees == null ? null : reading(headingDegrees % 360),
    sequence: sequence ?? null,
    receivedAt: now,
  };
}

/** Readings are stored in single precision. PostgreSQL refuses values that are too small for it, so they become 0. */
function reading(value: number): number {
  return Math.fround(value) === 0 ? 0 : value;
}
