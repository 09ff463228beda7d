import type {
  Equipment,
  IncidentSeverity,
  RiskVerdict,
  Role,
  ShipmentStatus,
  StopKind,
  Tier,
} from '#shared/vocabulary.ts';
import type { AssignmentState } from '../subgraphs/fleet/domain/assignment.ts';
import type { IncidentKind } from '../subgraphs/fleet/domain/incident.ts';
import type { LicenseClass } from '../subgraphs/fleet/domain/license.ts';
import type { InvoiceStatus } from '../subgraphs/pricing/domain/billing.ts';
import type { PaymentMethod } from '../subgraphs/pricing/entities.ts';
import type { RiskRule } from '../subgraphs/risk/domain/vocabulary.ts';

/**
 * The demo world: plain, read-only facts of one North American freight company at one moment (`World.now`).
 *
 * Every subgraph's seed maps its own part of it, so ids and figures agree although no subgraph imports another.
 * Money is always an integer number of US cents (`…Cents`), times are `Date` in UTC, coordinates are WGS 84 degrees.
 * Nothing in the world lies after `now`, except plans: time windows, due and expiry dates, scheduled shifts and the
 * `startsAt`/`endsAt` of open assignments.
 */

/** A UUIDv7 with the kind of its record in the type. Assignable to `string`. */
export type Id<Kind extends string> = string & { readonly __kind: Kind };

export type HubId = Id<'Hub'>;
export type LaneId = Id<'Lane'>;
export type OrganizationId = Id<'Organization'>;
export type AccountId = Id<'Account'>;
export type DriverId = Id<'Driver'>;
export type VehicleId = Id<'Vehicle'>;
export type ShiftId = Id<'Shift'>;
export type SafetyIncidentId = Id<'SafetyIncident'>;
export type ShipmentId = Id<'Shipment'>;
export type StopId = Id<'Stop'>;
export type ItemId = Id<'Item'>;
export type ShipmentEventId = Id<'ShipmentEvent'>;
export type AssignmentId = Id<'Assignment'>;
export type ProofOfDeliveryId = Id<'ProofOfDelivery'>;
export type RatingId = Id<'Rating'>;
export type CommentId = Id<'Comment'>;
export type QuoteId = Id<'Quote'>;
export type InvoiceId = Id<'Invoice'>;
export type PaymentId = Id<'Payment'>;
export type WatchlistEntryId = Id<'WatchlistEntry'>;
export type RiskAssessmentId = Id<'RiskAssessment'>;

export type Country = 'US' | 'CA' | 'MX';
export interface Hub {
  readonly id: HubId;
  /** Three capital letters, unique, as on a routing label. */
  readonly code: string;
  readonly city: string;
  /** Two- or three-letter state or province. */
  readonly region: string;
  readonly country: Country;
  readonly latitude: number;
  readonly longitude: number;
  readonly timeZone: string;
  /** Relative freight volume; 10 is the largest market. */
  readonly weight: number;
}

export interface Lane {
  readonly id: LaneId;
  readonly originHubId: HubId;
  readonly destinationHubId: HubId;
  /** Share of all freight, summing to 1 over the lanes. */
  readonly weight: number;
  /** Great circle times a road factor. */
  readonly distanceMeters: number;
  /** From the departure at the origin to the arrival at the destination, driver's rest included. */
  readonly typicalTransitSeconds: number;
  /** Shipments of the last 12 months (or of the whole history when shorter) divided by its months. */
  readonly shipmentsPerMonth: number;
}

export interface Organization {
  readonly id: OrganizationId;
  readonly name: string;
  readonly slug: string;
  readonly industry: string;
  readonly tier: Tier;
  readonly homeHubId: HubId;
  readonly createdAt: Date;
}

export interface Account {
  readonly id: AccountId;
  /** Lower case, unique, always under the reserved top-level domain `.test`. */
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Set for customers and partners, null for employees of the freight company. */
  readonly organizationId: OrganizationId | null;
  readonly createdAt: Date;
}

export interface Driver {
  readonly id: DriverId;
  readonly accountId: AccountId;
  readonly name: string;
  readonly phone: string;
  readonly homeHubId: HubId;
  readonly hiredAt: Date;
  readonly licenseClasses: readonly LicenseClass[];
  readonly licenseNumber: string;
  /** Equipment that licence and training allow the driver to use. */
  readonly equipment: readonly Equipment[];
  /** The vehicle of the driver's assignments. A vehicle may have two usual drivers. */
  readonly usualVehicleId: VehicleId;
}

export interface Vehicle {
  readonly id: VehicleId;
  readonly plate: string;
  readonly make: string;
  readonly modelYear: number;
  readonly equipment: Equipment;
  readonly maxWeightKg: number;
  readonly maxVolumeM3: number;
  readonly homeHubId: HubId;
  readonly createdAt: Date;
}

export type ShiftStatus = 'SCHEDULED' | 'ACTIVE' | 'COMPLETED' | 'CANCELLED';

export interface Shift {
  readonly id: ShiftId;
  readonly driverId: DriverId;
  readonly vehicleId: VehicleId;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly status: ShiftStatus;
}

export interface SafetyIncident {
  readonly id: SafetyIncidentId;
  readonly driverId: DriverId;
  readonly vehicleId: VehicleId;
  readonly shipmentId: ShipmentId;
  readonly kind: IncidentKind;
  readonly severity: IncidentSeverity;
  readonly description: string;
  readonly occurredAt: Date;
}

export interface Stop {
  readonly id: StopId;
  /** 0 is the pickup, the last one is the delivery. */
  readonly sequence: number;
  readonly kind: StopKind;
  readonly hubId: HubId;
  /** The shipper or consignee at the dock. */
  readonly contactName: string;
  /** Street and number, without the city. */
  readonly street: string;
  readonly city: string;
  readonly region: string;
  readonly country: Country;
  readonly latitude: number;
  readonly longitude: number;
  readonly timeZone: string;
  readonly windowStart: Date;
  readonly windowEnd: Date;
  /** When the truck arrived. Null before that. */
  readonly arrivedAt: Date | null;
}

export interface Item {
  readonly id: ItemId;
  readonly description: string;
  readonly commodity: string;
  readonly quantity: number;
  /** Of the whole line, not of one piece. */
  readonly weightKg: number;
  /** Of the whole line, not of one piece. */
  readonly volumeM3: number;
  /** Declared value of the whole line. */
  readonly valueCents: number;
}

export interface ShipmentEvent {
  readonly id: ShipmentEventId;
  /** Null for the first event, the creation as DRAFT. */
  readonly fromStatus: ShipmentStatus | null;
  readonly toStatus: ShipmentStatus;
  readonly occurredAt: Date;
  readonly actorAccountId: AccountId;
  /** City and region; null for steps taken at a desk. */
  readonly place: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly note: string | null;
}

/**
 * A driver and a vehicle held for one shipment during [startsAt, endsAt). No two assignments of one driver, nor of one
 * vehicle, overlap, whatever their state.
 */
export interface Assignment {
  readonly id: AssignmentId;
  readonly driverId: DriverId;
  readonly vehicleId: VehicleId;
  readonly assignedByAccountId: AccountId;
  readonly assignedAt: Date;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** RELEASED when the shipment was cancelled or abandoned after the assignment. */
  readonly state: AssignmentState;
  /** Set exactly when RELEASED. */
  readonly releasedAt: Date | null;
}

export type DelayReason = 'WEATHER' | 'TRAFFIC' | 'MECHANICAL' | 'CUSTOMS' | 'FACILITY';

export interface Delay {
  readonly reason: DelayReason;
  readonly reportedAt: Date;
  /** Expected lateness against the end of the delivery window. */
  readonly lateSeconds: number;
}

export interface ProofOfDelivery {
  readonly id: ProofOfDeliveryId;
  readonly signedBy: string;
  readonly signedAt: Date;
  readonly latitude: number;
  readonly longitude: number;
  readonly documentReference: string;
  readonly note: string | null;
}

export interface Rating {
  readonly id: RatingId;
  readonly accountId: AccountId;
  /** Integer, 1 to 5. */
  readonly stars: number;
  readonly comment: string | null;
  readonly ratedAt: Date;
}

export interface Comment {
  readonly id: CommentId;
  readonly accountId: AccountId;
  readonly body: string;
  readonly createdAt: Date;
}

export type QuoteStatus = 'OFFERED' | 'ACCEPTED' | 'EXPIRED';

/** price = base × demand × competitor × cost × (1 − tierDiscount) × (1 − volumeDiscount), held in [floor, ceiling]. */
export interface Quote {
  readonly id: QuoteId;
  readonly status: QuoteStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly baseRateCents: number;
  /** 0.8 to 1.5, four decimals. */
  readonly demandFactor: number;
  /** 0.9 to 1.1, four decimals. */
  readonly competitorFactor: number;
  /** 0.95 to 1.1, four decimals. */
  readonly costFactor: number;
  /** 0 to 1, by the organization's tier. */
  readonly tierDiscount: number;
  /** 0 to 1, by the shipment's volume. */
  readonly volumeDiscount: number;
  readonly floorCents: number;
  readonly ceilingCents: number;
  readonly priceCents: number;
}

export interface Payment {
  readonly id: PaymentId;
  readonly paidAt: Date;
  readonly amountCents: number;
  readonly method: PaymentMethod;
  /** Unique over all payments. */
  readonly reference: string;
}

/** As of `World.now`: OPEN and not yet due, OVERDUE when anything is owed after `dueAt`. */

export interface Invoice {
  readonly id: InvoiceId;
  /** INV-2025-004711, unique. */
  readonly number: string;
  readonly status: InvoiceStatus;
  readonly issuedAt: Date;
  readonly dueAt: Date;
  readonly amountCents: number;
  /** In the order of payment; never more than the amount in sum. */
  readonly payments: readonly Payment[];
}

export interface RiskDecision {
  readonly decision: 'APPROVED' | 'REJECTED';
  readonly decidedByAccountId: AccountId;
  readonly decidedAt: Date;
  readonly reason: string;
}

export interface RiskAssessment {
  readonly id: RiskAssessmentId;
  readonly assessedAt: Date;
  /** The risk rules that applied. */
  readonly rules: readonly RiskRule[];
  /** 0 to 100. */
  readonly score: number;
  /** A blocked, rejected or undecided shipment is never assigned. */
  readonly verdict: RiskVerdict;
  /** Null while the review waits, and for ALLOW. */
  readonly decision: RiskDecision | null;
}

export interface WatchlistEntry {
  readonly id: WatchlistEntryId;
  readonly name: string;
  readonly reason: string;
  readonly addedAt: Date;
}

export interface Shipment {
  readonly id: ShipmentId;
  /** IF-2025-004711: year of creation and number in that year, in the order of creation. */
  readonly reference: string;
  readonly organizationId: OrganizationId;
  readonly createdByAccountId: AccountId;
  readonly createdAt: Date;
  readonly laneId: LaneId;
  /** Over all stops. */
  readonly distanceMeters: number;
  readonly equipment: Equipment;
  readonly notes: string | null;
  readonly status: ShipmentStatus;
  /** Time of the last event. */
  readonly statusChangedAt: Date;
  /** Two or three, in driving order. */
  readonly stops: readonly Stop[];
  readonly items: readonly Item[];
  /** Sums over the items. */
  readonly totalWeightKg: number;
  readonly totalVolumeM3: number;
  readonly totalValueCents: number;
  /** At least the creation, strictly ascending in time; the last one leads to `status`. */
  readonly events: readonly ShipmentEvent[];
  readonly assignment: Assignment | null;
  readonly pickedUpAt: Date | null;
  readonly deliveredAt: Date | null;
  /** Delivered no later than the end of the delivery window; null until delivered. */
  readonly onTime: boolean | null;
  readonly delays: readonly Delay[];
  readonly proofOfDelivery: ProofOfDelivery | null;
  readonly rating: Rating | null;
  readonly comments: readonly Comment[];
  /** Null for a draft without a quote. */
  readonly quote: Quote | null;
  /** Null until delivered. */
  readonly invoice: Invoice | null;
  /** The cost of carrying it (fuel, wage, truck, extra hours). Null until delivered. */
  readonly carryingCostCents: number | null;
  /** Null until booked. */
  readonly risk: RiskAssessment | null;
}

export interface WorldSize {
  /** At most 80, the length of the table; the largest markets come first. */
  readonly hubs: number;
  readonly organizations: number;
  readonly drivers: number;
  /** No more than drivers. */
  readonly vehicles: number;
  /** Shipments created over `months`, by season and growth. */
  readonly shipments: number;
  /** Additional shipments which are at this moment in each of the open states, EXCEPTION included. */
  readonly openPerStatus: number;
  readonly months: number;
}

/** The accounts of the README, with the organizations and the driver behind them. */
export interface DemoCast {
  readonly admin: AccountId;
  readonly dispatcher: AccountId;
  readonly driver: AccountId;
  readonly customer: AccountId;
  readonly partner: AccountId;
  readonly analyst: AccountId;
  readonly customerOrganizationId: OrganizationId;
  readonly partnerOrganizationId: OrganizationId;
  readonly driverId: DriverId;
  /** In transit with the demo driver, for the demo customer. */
  readonly activeShipmentId: ShipmentId;
}

export interface World {
  readonly seed: number;
  readonly now: Date;
  readonly size: WorldSize;
  readonly hubs: readonly Hub[];
  readonly lanes: readonly Lane[];
  readonly organizations: readonly Organization[];
  readonly accounts: readonly Account[];
  readonly drivers: readonly Driver[];
  readonly vehicles: readonly Vehicle[];
  readonly shifts: readonly Shift[];
  readonly incidents: readonly SafetyIncident[];
  readonly watchlist: readonly WatchlistEntry[];
  /** In the order of creation. */
  readonly shipments: readonly Shipment[];
  readonly demo: DemoCast;
}
