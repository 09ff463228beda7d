import type { IncidentSeverity } from '#shared/vocabulary.ts';
import type { IncidentKind } from '../../subgraphs/fleet/domain/incident.ts';
import type { SafetyIncident, Shipment } from '../world.ts';
import type { Crew } from './fleet.ts';
import type { Mint } from './identifiers.ts';
import { cumulate, type Random } from './random.ts';

const INCIDENTS_PER_TRIP = 0.007;

interface Kind {
  readonly kind: IncidentKind;
  readonly weight: number;
  readonly severity: IncidentSeverity;
  readonly description: string;
}

const kinds: readonly Kind[] = [
  { kind: 'HARD_BRAKING', weight: 36, severity: 'LOW', description: 'Hard braking, 4.1 m/s² over two seconds' },
  { kind: 'SPEEDING', weight: 26, severity: 'LOW', description: '18 km/h over the limit for three minutes' },
  { kind: 'NEAR_MISS', weight: 13, severity: 'MEDIUM', description: 'Lane change with a car in the blind spot' },
  {
    kind: 'HOURS_OF_SERVICE',
    weight: 11,
    severity: 'MEDIUM',
    description: 'Drove 40 minutes beyond the daily limit',
  },
  { kind: 'CARGO_DAMAGE', weight: 9, severity: 'MEDIUM', description: 'Two pallets tipped over, load not secured' },
  { kind: 'COLLISION', weight: 5, severity: 'HIGH', description: 'Touched a parked trailer in the yard' },
];

const kindWeights = cumulate(kinds.map(({ weight }) => weight));

/** Incidents of trips that have begun, in the order of the shipments. Some drivers have many, most have none. */
export function createIncidents(
  shipments: readonly Shipment[],
  crews: readonly Crew[],
  random: Random,
  mint: Mint,
  nowMs: number,
): SafetyIncident[] {
  const recklessness = new Map(crews.map((crew) => [crew.driver.id, crew.recklessness]));
  return shipments.flatMap(({ id, assignment, pickedUpAt, statusChangedAt }): SafetyIncident[] => {
    if (assignment === null || pickedUpAt === null) return [];
    if (!random.chance(INCIDENTS_PER_TRIP * (recklessness.get(assignment.driverId) ?? 1))) return [];
    const until = Math.min(nowMs, Math.max(statusChangedAt.getTime(), pickedUpAt.getTime()));
    const at = Math.floor(random.between(pickedUpAt.getTime(), Math.min(until, assignment.endsAt.getTime())));
    const { kind, severity, description } = kinds[random.weightedIndex(kindWeights)]!;
    const { driverId, vehicleId } = assignment;
    const occurredAt = new Date(at);
    return [
      { id: mint<'SafetyIncident'>(at), driverId, vehicleId, shipmentId: id, kind, severity, description, occurredAt },
    ];
  });
}
