import type { EventName, EventPayload } from '#shared/events/topics.ts';
import { type Day, dayOf } from './day.ts';

/**
 * Converts events to facts. This is the only place that defines what an event counts for. The reactions and the seed
 * both use it.
 */

/** Figures of the company, and of one organization, on one UTC day. All are sums, so the order of events does not matter. */
export const businessMeasures = [
  'shipmentsCreated',
  'shipmentsDelivered',
  'shipmentsCancelled',
  'deliveredOnTime',
  /** Sum of the times from pickup to delivery. */
  'transitMs',
  /** Sum of the times from creation to delivery. */
  'orderMs',
  'distanceMeters',
  /** Invoices in USD. Other invoices count in `otherCurrencyInvoices` only. */
  'invoices',
  'revenueCents',
  'costCents',
  'otherCurrencyInvoices',
  'collectedCents',
  'ratings',
  'stars',
  'promoters',
  'detractors',
] as const;
export type BusinessMeasure = (typeof businessMeasures)[number];

/** Figures of one driver on one UTC day. */
export const driverMeasures = [
  /** Loads that were on the truck at some moment of the day, once their end is known. */
  'loadsCarried',
  'deliveries',
  'deliveredOnTime',
  'ratings',
  'stars',
] as const;
export type DriverMeasure = (typeof driverMeasures)[number];

/** Figures of all drivers together on one UTC day. */
export const fleetMeasures = [
  /** Drivers hired on the day. */
  'hired',
  /** Drivers who became active on the day, minus those whose last active day was the day before. */
  'activated',
  /** Active drivers who carried a load on the day, once the end of the load is known. */
  'busy',
] as const;
export type FleetMeasure = (typeof fleetMeasures)[number];

export type Amounts<M extends string> = { readonly [measure in M]?: number };

/** A fact that an event adds. */
export type Fact =
  | {
      readonly kind: 'business';
      readonly day: Day;
      readonly organizationId: string;
      readonly amounts: Amounts<BusinessMeasure>;
    }
  | {
      readonly kind: 'driver';
      readonly day: Day;
      readonly driverId: string;
      readonly amounts: Amounts<DriverMeasure>;
    }
  | {
      readonly kind: 'carriage';
      readonly shipmentId: string;
      readonly driverId: string | null;
      readonly pickedUpAt: string | null;
      readonly endedAt: string | null;
    }
  | { readonly kind: 'customer'; readonly organizationId: string; readonly createdAt: string }
  | {
      readonly kind: 'driverChange';
      readonly driverId: string;
      readonly at: string;
      readonly active: boolean;
      readonly hiredAt: string;
    };

export type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/** The one currency of money figures. */
export const currency = 'USD';

/** The part of an event's payload that is used. */
type Used<N extends EventName, K extends keyof EventPayload<N>> = Pick<EventPayload<N>, K>;
type FactRules = { readonly [N in EventName]?: (payload: EventPayload<N>) => Fact[] };

/** The facts of each event. Events that are not listed have none. */
const factRules = {
  'organization.changed': ({
    organizationId,
    createdAt,
  }: Used<'organization.changed', 'organizationId' | 'createdAt'>): Fact[] => [
    { kind: 'customer', organizationId, createdAt },
  ],
  'driver.changed': ({
    driverId,
    active,
    hiredAt,
    at,
  }: Used<'driver.changed', 'driverId' | 'active' | 'hiredAt' | 'at'>): Fact[] => [
    { kind: 'driverChange', driverId, active, hiredAt, at },
  ],
  'shipment.created': ({
    organizationId,
    createdAt,
  }: Used<'shipment.created', 'organizationId' | 'createdAt'>): Fact[] => [
    { kind: 'business', day: dayOf(createdAt), organizationId, amounts: { shipmentsCreated: 1 } },
  ],
  'shipment.pickedUp': ({
    shipmentId,
    driverId,
    at,
  }: Used<'shipment.pickedUp', 'shipmentId' | 'driverId' | 'at'>): Fact[] => [
    { kind: 'carriage', shipmentId, driverId, pickedUpAt: at, endedAt: null },
  ],
  'shipment.delivered': deliveryFacts,
  'shipment.cancelled': ({
    shipmentId,
    organizationId,
    driverId,
    at,
  }: Used<'shipment.cancelled', 'shipmentId' | 'organizationId' | 'driverId' | 'at'>): Fact[] => [
    { kind: 'business', day: dayOf(at), organizationId, amounts: { shipmentsCancelled: 1 } },
    { kind: 'carriage', shipmentId, driverId, pickedUpAt: null, endedAt: at },
  ],
  'shipment.rated': ratingFacts,
  'invoice.issued': invoiceFacts,
  'payment.recorded': ({
    organizationId,
    amountCents,
    currency: paid,
    at,
  }: Used<'payment.recorded', 'organizationId' | 'amountCents' | 'currency' | 'at'>): Fact[] =>
    paid === currency
      ? [{ kind: 'business', day: dayOf(at), organizationId, amounts: { collectedCents: amountCents } }]
      : [],
} as const satisfies FactRules;

export type FactEventName = keyof typeof factRules;
/** The part of an event's payload that analytics reads. */
export type FactPayload<N extends FactEventName> = Parameters<(typeof factRules)[N]>[0];
export const factEventNames = Object.keys(factRules) as FactEventName[]; // a constant has no other names

/** The facts of one event. */
export function toFacts<N extends FactEventName>(name: N, payload: FactPayload<N>): Fact[] {
  const rule: (payload: never) => Fact[] = factRules[name];
  return rule(payload as never); // the rule of a name takes the payload of that name
}

function deliveryFacts(delivered: Omit<EventPayload<'shipment.delivered'>, 'vehicleId' | 'deliverBy'>): Fact[] {
  const { shipmentId, organizationId, driverId, onTime, pickedUpAt, createdAt, distanceMeters, at } = delivered;
  const day = dayOf(at);
  const deliveredOnTime = onTime ? 1 : 0;
  const since = (start: string) => Math.max(0, Date.parse(at) - Date.parse(start));
  const amounts = {
    shipmentsDelivered: 1,
    deliveredOnTime,
    transitMs: since(pickedUpAt),
    orderMs: since(createdAt),
    distanceMeters: Math.round(distanceMeters),
  };
  return [
    { kind: 'business', day, organizationId, amounts },
    ...driverFacts(driverId, day, { deliveries: 1, deliveredOnTime }),
    { kind: 'carriage', shipmentId, driverId, pickedUpAt, endedAt: at },
  ];
}

function invoiceFacts({
  organizationId,
  amountCents,
  costCents,
  currency: billed,
  at,
}: Used<'invoice.issued', 'organizationId' | 'amountCents' | 'costCents' | 'currency' | 'at'>): Fact[] {
  const amounts =
    billed === currency ? { invoices: 1, revenueCents: amountCents, costCents } : { otherCurrencyInvoices: 1 };
  return [{ kind: 'business', day: dayOf(at), organizationId, amounts }];
}

/** Net promoter score by stars: 5 promote, 1 to 3 detract, 4 are passive. */
function ratingFacts({
  organizationId,
  driverId,
  stars,
  at,
}: Omit<EventPayload<'shipment.rated'>, 'shipmentId'>): Fact[] {
  const day = dayOf(at);
  const amounts = { ratings: 1, stars, promoters: stars === 5 ? 1 : 0, detractors: stars <= 3 ? 1 : 0 };
  return [{ kind: 'business', day, organizationId, amounts }, ...driverFacts(driverId, day, { ratings: 1, stars })];
}

function driverFacts(driverId: string | null, day: Day, amounts: Amounts<DriverMeasure>): Fact[] {
  return driverId === null ? [] : [{ kind: 'driver', day, driverId, amounts }];
}
