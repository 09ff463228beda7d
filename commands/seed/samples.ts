import type { ShipmentStatus } from '#shared/vocabulary.ts';

/** The steps to a status, from the first one that the graph can create. */
const ways: Readonly<Record<ShipmentStatus, readonly ShipmentStatus[]>> = {
  DRAFT: ['DRAFT'],
  BOOKED: ['BOOKED'],
  ASSIGNED: ['BOOKED', 'ASSIGNED'],
  PICKED_UP: ['BOOKED', 'ASSIGNED', 'PICKED_UP'],
  IN_TRANSIT: ['BOOKED', 'ASSIGNED', 'PICKED_UP', 'IN_TRANSIT'],
  OUT_FOR_DELIVERY: ['BOOKED', 'ASSIGNED', 'PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY'],
  DELIVERED: ['BOOKED', 'ASSIGNED', 'PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED'],
  EXCEPTION: ['BOOKED', 'ASSIGNED', 'PICKED_UP', 'IN_TRANSIT', 'EXCEPTION'],
  CANCELLED: ['BOOKED', 'CANCELLED'],
};

/** A shipment that testers find. */
export interface Sample {
  /** Reference of the customer, by which the sample is found again. */
  readonly reference: string;
  readonly number: number;
  readonly status: ShipmentStatus;
}

/** This many samples, the statuses in turn. */
export function acceptanceSamples(count = 50): readonly Sample[] {
  const statuses = Object.keys(ways) as ShipmentStatus[]; // the keys of `ways` are statuses
  return Array.from({ length: count }, (_, index) => ({
    reference: `ACCEPTANCE-${String(index + 1).padStart(2, '0')}`,
    number: index + 1,
    status: statuses[index % statuses.length] ?? 'DRAFT',
  }));
}

/** The next step towards the status of a sample. Undefined: it is there, or somebody has led it another way. */
export function nextStep({ status: wanted }: Sample, status: ShipmentStatus): ShipmentStatus | undefined {
  const way = ways[wanted];
  return way.includes(status) ? way[way.indexOf(status) + 1] : undefined;
}
