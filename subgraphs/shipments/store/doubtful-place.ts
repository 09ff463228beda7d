import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Point } from '#shared/geo/sphere.ts';
import { isDoubtful, type PlacedStep } from '../domain/place-doubt.ts';
import type { StopRow } from '../entities.ts';

export interface Reported {
  readonly place: Point;
  readonly at: Date;
  readonly stops: readonly StopRow[];
  /** The stop that the step reaches. */
  readonly reached: StopRow | undefined;
}

/** True if the vehicle cannot be at the reported place of a step, by the stop of the step or else by the last place before. */
export async function isPlaceDoubtful(
  em: EntityManager,
  shipmentId: string,
  { place, at, stops, reached }: Reported,
): Promise<boolean> {
  const from = reached ? placedAt(reached, at) : ((await lastPlace(em, shipmentId)) ?? lastStop(stops));
  return from !== null && isDoubtful(place, at, from);
}

function placedAt({ latitude, longitude }: StopRow, occurredAt: Date): PlacedStep | null {
  return latitude == null || longitude == null ? null : { latitude, longitude, occurredAt };
}

function lastStop(stops: readonly StopRow[]): PlacedStep | null {
  const left = stops.findLast(({ arrivedAt }) => arrivedAt != null);
  return left?.arrivedAt ? placedAt(left, left.arrivedAt) : null;
}

/** The place of the last step whose place is true, so that the next true one heals a wrong one. */
async function lastPlace(em: EntityManager, shipmentId: string): Promise<PlacedStep | null> {
  const [last] = await query<Point & { occurredAt: string }>(
    em,
    sql`select latitude, longitude, occurred_at as "occurredAt" from shipment_event
      where shipment_id = ${shipmentId} and latitude is not null and doubtful is not true order by version desc limit 1`,
  );
  return last ? { ...last, occurredAt: new Date(last.occurredAt) } : null;
}
