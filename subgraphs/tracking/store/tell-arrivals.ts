import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { estimateArrival } from '../domain/eta.ts';
import { journeysOfVehicles } from './eta.ts';

/**
 * Publishes `arrivals.estimated` for the loads of vehicles that were located: one event and one statement for all of them.
 * A reaction, so that the estimates delay no report of positions.
 */
export async function tellArrivals(
  { em, emit }: Transaction,
  { at, vehicles }: EventPayload<'vehicles.located'>,
): Promise<void> {
  const now = new Date(at);
  const journeys = await journeysOfVehicles(
    em,
    vehicles.map(({ vehicleId }) => vehicleId),
  );
  const arrivals = journeys.flatMap(({ shipmentId, journey }) => {
    const eta = estimateArrival(journey, now);
    if (eta.status === 'UNKNOWN' || !journey.position) return [];
    return {
      shipmentId,
      arrivesAt: eta.arrivesAt.toISOString(),
      latestAt: eta.latestAt.toISOString(),
      at: journey.position.recordedAt.toISOString(),
    };
  });
  if (arrivals.length > 0) await emit('arrivals.estimated', { at, arrivals });
}
