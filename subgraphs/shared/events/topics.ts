import { z } from 'zod';
import { auditFact, auditOrigin } from '../audit/fact.ts';
import { equipmentKinds, incidentSeverities, riskVerdicts, tiers } from '../vocabulary.ts';

/**
 * What subgraphs exchange outside the schema: durable domain events (jobs.ts) and live topics (pubsub.ts). Payloads contain
 * all data that consumers need, so that no consumer has to query the producer.
 */

const id = z.uuid();
const time = z.iso.datetime();
/** Minor units of the currency, such as cents of USD. Integers keep sums exact. */
const cents = z.number().int();
const currency = z.string().length(3);
const place = z.object({
  hubCode: z.string().nullable(),
  city: z.string(),
  region: z.string(),
  country: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  timeZone: z.string(),
});

/** A shipment as other subgraphs see it. */
const shipment = z.object({
  shipmentId: id,
  reference: z.string(),
  organizationId: id,
  createdByAccountId: id,
  equipment: z.enum(equipmentKinds),
  weightKg: z.number(),
  volumeM3: z.number(),
  /** Declared value of the goods. */
  valueCents: cents,
  currency,
  origin: place,
  destination: place,
  /** Names of the shippers and consignees at all stops, which risk compares with the watchlist. */
  parties: z.array(z.string()).optional(),
  distanceMeters: z.number(),
  /** Start of the pickup window. */
  pickupFrom: time,
  /** End of the pickup window. Absent in events of releases before 2026-12. */
  pickupUntil: time.optional(),
  /** End of the delivery window. */
  deliverBy: time,
  createdAt: time,
  /** Version of the shipment. Absent in events of releases before 2026-12. */
  version: z.number().int().optional(),
  /** Version at which its load last changed: equipment, stops, windows or goods. Absent in events of releases before 2026-12. */
  loadVersion: z.number().int().optional(),
});

const stepped = z.object({
  shipmentId: id,
  organizationId: id,
  driverId: id.nullable(),
  vehicleId: id.nullable(),
  /** Version of the shipment after the step. Absent in events of releases before 2026-12. */
  version: z.number().int().optional(),
  at: time,
});

/** The account and the request of a change, for the audit trail of another subgraph. */
const origin = auditOrigin.extend({
  actorId: id,
  /** Absent in events of releases before 2026-12. */
  apiKeyId: id.nullable().optional(),
});
export type ChangeOrigin = z.infer<typeof origin>;

/** Every domain event: its name and the shape of its payload. */
export const domainEvents = {
  /** What one transaction of a subgraph has done. Events of different requests may arrive in any order. */
  'audit.recorded': auditOrigin.extend({ subgraph: z.string(), facts: z.array(auditFact) }),

  'organization.changed': z.object({ organizationId: id, name: z.string(), tier: z.enum(tiers), createdAt: time }),
  /** `emailIndex` is the blind index of the e-mail address. Events of earlier releases have the address itself. */
  'account.registered': z.object({
    accountId: id,
    organizationId: id.nullable(),
    emailIndex: z.string().optional(),
    email: z.string().optional(),
    createdAt: time,
  }),

  /** The person of an account was erased. The name and the e-mail address are pseudonyms. */
  'account.erased': z.object({ accountId: id, name: z.string(), email: z.string(), at: time }),

  'shipment.created': shipment,
  /** A shipment after a change of its data. While it is BOOKED, the change is sent as `shipment.booked`. */
  'shipment.changed': shipment,
  /** The whole shipment, for risk, fleet and tracking. Sent again when a booked shipment changes. */
  'shipment.booked': shipment.extend({
    bookedAt: time,
    version: z.number().int(),
    /** Intermediate stops in driving order; absent if there are none. */
    via: z.array(place).optional(),
  }),
  'shipment.pickedUp': stepped,
  'shipment.inTransit': stepped,
  'shipment.outForDelivery': stepped,
  'shipment.delivered': stepped.extend({
    onTime: z.boolean(),
    deliverBy: time,
    pickedUpAt: time,
    createdAt: time,
    distanceMeters: z.number(),
  }),
  'shipment.exception': stepped.extend({ reason: z.string() }),
  'shipment.cancelled': stepped.extend({ reason: z.string() }),
  'shipment.rated': z.object({
    shipmentId: id,
    organizationId: id,
    driverId: id.nullable(),
    stars: z.number().int().min(1).max(5),
    at: time,
  }),

  /** An API key expires within so many days. Each is told once. */
  'apiKey.expiring': z.object({
    apiKeyId: id,
    organizationId: id,
    name: z.string(),
    days: z.number().int(),
    expiresAt: time,
  }),
  /** The access subgraph sends it to itself when a key gets an expiry; it arrives when the reminder is due. */
  'apiKey.reminderDue': z.object({ apiKeyId: id, days: z.number().int(), expiresAt: time }),

  'driver.changed': z.object({
    driverId: id,
    accountId: id.nullable(),
    active: z.boolean(),
    hiredAt: time,
    at: time,
    /** Absent if no account made the change. */
    by: origin.optional(),
  }),
  'vehicle.changed': z.object({
    vehicleId: id,
    equipment: z.string(),
    active: z.boolean(),
    /** Absent in events of releases before 2026-12. */
    plate: z.string().optional(),
    at: time,
  }),
  /** Where vehicles were. A vehicle is told at most once in 15 minutes. */
  'vehicles.located': z.object({
    at: time,
    vehicles: z.array(
      z.object({ vehicleId: id, driverId: id.nullable(), latitude: z.number(), longitude: z.number(), at: time }),
    ),
  }),
  /** When loads will arrive at their last stops. A load is told at most once in 15 minutes. */
  'arrivals.estimated': z.object({
    at: time,
    arrivals: z.array(
      z.object({
        shipmentId: id,
        arrivesAt: time,
        /** End of the interval in which it arrives. */
        latestAt: time,
        /** When the position was recorded from which the arrival is estimated. */
        at: time,
      }),
    ),
  }),
  'shift.ended': z.object({ shiftId: id, driverId: id, startedAt: time, endedAt: time }),
  'assignment.created': z.object({
    assignmentId: id,
    shipmentId: id,
    organizationId: id,
    driverId: id,
    driverAccountId: id.nullable(),
    vehicleId: id,
    /** Absent in events of releases before 2026-12. */
    plate: z.string().optional(),
    from: time,
    until: time,
    at: time,
    /** The account that assigned it. Absent in events of releases before 2026-12. */
    accountId: id.optional(),
  }),
  'assignment.released': z.object({
    assignmentId: id,
    shipmentId: id,
    driverId: id,
    vehicleId: id,
    reason: z.string(),
    at: time,
    /** The account that released it. Absent if it was released because its shipment changed or was blocked. */
    accountId: id.optional(),
  }),
  'incident.reported': z.object({
    incidentId: id,
    driverId: id,
    severity: z.enum(incidentSeverities),
    at: time,
  }),

  'quote.offered': z.object({ quoteId: id, shipmentId: id, organizationId: id, at: time }),
  'quote.withdrawn': z.object({ quoteId: id, shipmentId: id, organizationId: id, at: time }),
  'quote.accepted': z.object({
    quoteId: id,
    shipmentId: id,
    organizationId: id,
    amountCents: cents,
    currency,
    costCents: cents,
    at: time,
  }),
  'invoice.issued': z.object({
    invoiceId: id,
    shipmentId: id,
    organizationId: id,
    driverId: id.nullable(),
    amountCents: cents,
    currency,
    /** Our cost of the transport: fuel, driver, vehicle. */
    costCents: cents,
    at: time,
  }),
  'payment.recorded': z.object({
    paymentId: id,
    invoiceId: id,
    /** Absent in events of releases before 2026-12. */
    shipmentId: id.optional(),
    organizationId: id,
    amountCents: cents,
    currency,
    at: time,
  }),

  'risk.assessed': z.object({
    shipmentId: id,
    score: z.number().int(),
    decision: z.enum(riskVerdicts),
    /** Version of the shipment that was assessed. Absent in events of releases before 2026-12. */
    version: z.number().int().optional(),
    at: time,
  }),
} as const satisfies Record<string, z.ZodObject>;

export type EventName = keyof typeof domainEvents;
export type EventPayload<N extends EventName> = z.infer<(typeof domainEvents)[N]>;

export interface DomainEvent<N extends EventName = EventName> {
  /** Consumers record it and skip events that they have handled. */
  readonly eventId: string;
  readonly name: N;
  readonly payload: EventPayload<N>;
  /** The span that sent the event; absent if its trace is not recorded. */
  readonly traceparent?: string;
}

/** Live topics, one per record, so that an event reaches only the subscribers of its record. */
export const liveTopics = {
  vehiclePosition: (vehicleId: string) => `vehicle:${vehicleId}:position`,
  shipment: (shipmentId: string) => `shipment:${shipmentId}`,
  /** Changes that only staff may notice, such as internal comments. */
  shipmentForStaff: (shipmentId: string) => `shipment:${shipmentId}:staff`,
  leaderboard: (period: string) => `leaderboard:${period}`,
} as const;
