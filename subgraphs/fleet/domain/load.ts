import type { Equipment } from '#shared/vocabulary.ts';
import type { Place } from './place.ts';

/** Where a load stands on its way, as told by the shipments subgraph; whether it is assigned is fleet's own knowledge. */
const loadStates = [
  'BOOKED',
  'PICKED_UP',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'EXCEPTION',
  'DELIVERED',
  'CANCELLED',
] as const;
export type LoadState = (typeof loadStates)[number];

const riskStates = ['PENDING', 'ALLOW', 'REVIEW', 'BLOCK'] as const;
export type RiskState = (typeof riskStates)[number];

/** What fleet keeps of a booked shipment. */
export interface LoadFacts {
  readonly equipment: Equipment;
  readonly weightKg: number;
  readonly volumeM3: number;
  readonly distanceMeters: number;
  /** Pickup first, delivery last. */
  readonly stops: readonly Place[];
  readonly pickupFrom: Date;
  readonly deliverBy: Date;
}

/** A closed load stays as it is, whatever arrives late. */
export function isClosed(state: LoadState): boolean {
  return state === 'DELIVERED' || state === 'CANCELLED';
}
