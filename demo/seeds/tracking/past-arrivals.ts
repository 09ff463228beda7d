import type { EventPayload } from '#shared/events/topics.ts';
import { estimateArrival, recentSpeed } from '../../../subgraphs/tracking/domain/eta.ts';
import type { Position } from '../../../subgraphs/tracking/domain/position.ts';
import type { Shipment, World } from '../../world.ts';
import { journeyOf } from './past-journey.ts';
import { loadsByVehicle } from './past-positions.ts';

/** The arrivals that tracking would have told of the loads on the road. */
export function arrivalsOf({ shipments, now }: World): EventPayload<'arrivals.estimated'>['arrivals'] {
  return [...loadsByVehicle(shipments).values()].flatMap((shipment) => {
    const journey = journeyOf(shipment, now);
    const position = journey.at(-1);
    if (!position) return [];
    const eta = estimateArrival(
      { ...endsOf(shipment), position, recentSpeedMetersPerSecond: speedOf(journey, position) },
      now,
    );
    if (eta.status === 'UNKNOWN') return [];
    const { arrivesAt, latestAt } = eta;
    return {
      shipmentId: shipment.id,
      arrivesAt: arrivesAt.toISOString(),
      latestAt: latestAt.toISOString(),
      at: position.recordedAt.toISOString(),
    };
  });
}

function endsOf({ stops, distanceMeters }: Shipment) {
  return { origin: stops[0] ?? null, destination: stops.at(-1) ?? null, plannedMeters: distanceMeters };
}

function speedOf(journey: readonly Position[], last: Position): number | null {
  const since = last.recordedAt.getTime() - recentSpeed.withinMs;
  const speeds = journey
    .filter(({ recordedAt }) => recordedAt.getTime() > since)
    .map(({ speedMetersPerSecond }) => Math.fround(speedMetersPerSecond ?? 0)) // as it is stored
    .filter((speed) => speed >= recentSpeed.leastMetersPerSecond);
  if (speeds.length < recentSpeed.leastCount) return null;
  return speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length;
}
