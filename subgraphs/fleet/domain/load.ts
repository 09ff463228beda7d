import type { Equipment } from '#shared/vocabulary.ts';
import type { Place } from './place.ts';

/** The progress of a load, from events of the shipments subgraph. Fleet itself knows whether the load is assigned. */
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

/** The states between pickup and delivery. */
export const underwayStates: readonly LoadState[] = ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'EXCEPTION'];

const riskStates = ['PENDING', 'ALLOW', 'REVIEW', 'BLOCK'] as const;
export type RiskState = (typeof riskStates)[number];

/** The facts of a booked shipment that fleet keeps. */
export interface LoadFacts {
  readonly equipment: Equipment;
  readonly weightKg: number;
  readonly volumeM3: number;
  readonly distanceMeters: number;
  /** Pickup first, delivery last. */
  readonly stops: readonly Place[];
  readonly pickupFrom: Date;
  /** End of the pickup window. Null for loads that were booked before fleet knew it. */
  readonly pickupUntil?: Date | null;
  readonly deliverBy: Date;
}

/** Late events do not change a closed load. */
export function isClosed(state: LoadState): boolean {
  return state === 'DELIVERED' || state === 'CANCELLED';
}
