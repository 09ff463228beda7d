import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { SealedText } from '#shared/database/sealed-column.ts';
import { referenceKey } from '#shared/input/text-key.ts';
import type { Equipment, IncidentSeverity } from '#shared/vocabulary.ts';
import type { AssignmentState } from './domain/assignment.ts';
import type { BadgeKind } from './domain/badges.ts';
import type { IncidentKind } from './domain/incident.ts';
import type { LicenseClass } from './domain/license.ts';
import type { LoadState, RiskState } from './domain/load.ts';
import type { Period } from './domain/period.ts';
import type { Place } from './domain/place.ts';
import type { RewardKind } from './domain/rewards.ts';

export const VehicleEntity = defineEntity({
  name: 'Vehicle',
  tableName: 'vehicle',
  properties: {
    id: p.uuid().primary(),
    plate: p.text(),
    /** The `referenceKey` of the plate, which is unique. */
    plateKey: p.text(),
    make: p.text(),
    modelYear: p.integer(),
    equipment: p.text().$type<Equipment>(),
    maxWeightKg: p.float(),
    maxVolumeM3: p.float().fieldName('max_volume_m3'),
    home: p.json<Place>(),
    active: p.boolean().default(true),
    retiredAt: p.datetime().nullable(),
    version: p.integer().default(1),
    createdAt: p.datetime(),
  },
});
export type Vehicle = InferEntity<typeof VehicleEntity>;

/** Drivers are found by their whole licence number, however people write its case, blanks and dashes. */
export const licenseIndex = {
  column: 'license_key',
  purpose: 'fleet.driver.license_number',
  keyOf: referenceKey,
  unique: true,
} as const;

export const driverPhone = new SealedText({ table: 'fleet.driver', column: 'phone' });
export const driverLicense = new SealedText({ table: 'fleet.driver', column: 'license_number' }, licenseIndex);

export const DriverEntity = defineEntity({
  name: 'Driver',
  tableName: 'driver',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid().nullable(),
    name: p.text(),
    /** The `textKey` of the name. */
    nameKey: p.text(),
    phone: p.type(driverPhone),
    licenseNumber: p.type(driverLicense),
    /** The blind index of the licence number, which is unique. */
    licenseKey: p.text(),
    licenseClasses: p.array<LicenseClass>(),
    equipment: p.array<Equipment>(),
    home: p.json<Place>(),
    usualVehicleId: p.uuid().nullable(),
    hiredAt: p.datetime(),
    active: p.boolean().default(true),
    deactivatedAt: p.datetime().nullable(),
    version: p.integer().default(1),
    createdAt: p.datetime(),
  },
});
export type Driver = InferEntity<typeof DriverEntity>;

export const ShiftEntity = defineEntity({
  name: 'Shift',
  tableName: 'shift',
  properties: {
    id: p.uuid().primary(),
    driverId: p.uuid(),
    vehicleId: p.uuid().nullable(),
    startedAt: p.datetime(),
    endedAt: p.datetime().nullable(),
  },
});
export type Shift = InferEntity<typeof ShiftEntity>;

/** The facts of a booked shipment, from `shipment.booked`. */
export const LoadEntity = defineEntity({
  name: 'Load',
  tableName: 'load',
  properties: {
    shipmentId: p.uuid().primary(),
    reference: p.text(),
    organizationId: p.uuid(),
    equipment: p.text().$type<Equipment>(),
    weightKg: p.float(),
    volumeM3: p.float().fieldName('volume_m3'),
    distanceMeters: p.float(),
    stops: p.json<readonly Place[]>(),
    pickupFrom: p.datetime(),
    pickupUntil: p.datetime().nullable(),
    deliverBy: p.datetime(),
    bookedAt: p.datetime(),
    version: p.integer(),
  },
});
export type Load = InferEntity<typeof LoadEntity>;

/** State and risk decision of a load. Stored apart from its facts, because their events may arrive before or after them. */
export const LoadStateEntity = defineEntity({
  name: 'LoadState',
  tableName: 'load_state',
  properties: {
    shipmentId: p.uuid().primary(),
    state: p.text().$type<LoadState>(),
    stateAt: p.datetime().nullable(),
    risk: p.text().$type<RiskState>(),
    riskAt: p.datetime().nullable(),
  },
});

export const AssignmentEntity = defineEntity({
  name: 'Assignment',
  tableName: 'assignment',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    organizationId: p.uuid(),
    driverId: p.uuid(),
    vehicleId: p.uuid(),
    startsAt: p.datetime(),
    endsAt: p.datetime(),
    state: p.text().$type<AssignmentState>(),
    assignedByAccountId: p.uuid(),
    assignedAt: p.datetime(),
    completedAt: p.datetime().nullable(),
    onTime: p.boolean().nullable(),
    releasedAt: p.datetime().nullable(),
    releaseReason: p.text().nullable(),
  },
});
export type Assignment = InferEntity<typeof AssignmentEntity>;

export const IncidentEntity = defineEntity({
  name: 'Incident',
  tableName: 'incident',
  properties: {
    id: p.uuid().primary(),
    driverId: p.uuid(),
    vehicleId: p.uuid().nullable(),
    shipmentId: p.uuid().nullable(),
    kind: p.text().$type<IncidentKind>(),
    severity: p.text().$type<IncidentSeverity>(),
    description: p.text(),
    occurredAt: p.datetime(),
    reportedByAccountId: p.uuid().nullable(),
    reportedAt: p.datetime(),
  },
});
export type Incident = InferEntity<typeof IncidentEntity>;

/** A driver's record of one week, one month, or all time. `points` is the score of the other columns. */
export const ScoreTallyEntity = defineEntity({
  name: 'ScoreTally',
  tableName: 'score_tally',
  properties: {
    driverId: p.uuid().primary(),
    period: p.text().$type<Period>().primary(),
    startsAt: p.datetime().primary(),
    deliveries: p.integer(),
    onTime: p.integer(),
    ratings: p.integer(),
    stars: p.integer(),
    incidents: p.integer(),
    distanceMeters: p.float(),
    transitSeconds: p.float(),
    points: p.integer(),
  },
});
export type ScoreTally = InferEntity<typeof ScoreTallyEntity>;

export const BadgeEntity = defineEntity({
  name: 'Badge',
  tableName: 'badge',
  properties: {
    driverId: p.uuid().primary(),
    kind: p.text().$type<BadgeKind>().primary(),
    earnedAt: p.datetime(),
    rule: p.text(),
    evidence: p.text(),
  },
});

export const RewardAccountEntity = defineEntity({
  name: 'RewardAccount',
  tableName: 'reward_account',
  properties: {
    driverId: p.uuid().primary(),
    balance: p.integer(),
    earned: p.integer(),
    forfeited: p.integer(),
    redeemed: p.integer(),
  },
});
export type RewardAccount = InferEntity<typeof RewardAccountEntity>;

export const RewardEntryEntity = defineEntity({
  name: 'RewardEntry',
  tableName: 'reward_entry',
  properties: {
    id: p.uuid().primary(),
    driverId: p.uuid(),
    kind: p.text().$type<RewardKind>(),
    points: p.integer(),
    amountCents: p.integer().nullable(),
    shipmentId: p.uuid().nullable(),
    incidentId: p.uuid().nullable(),
    note: p.text(),
    at: p.datetime(),
  },
});
export type RewardEntry = InferEntity<typeof RewardEntryEntity>;

export const entities = [
  VehicleEntity,
  DriverEntity,
  ShiftEntity,
  LoadEntity,
  LoadStateEntity,
  AssignmentEntity,
  IncidentEntity,
  ScoreTallyEntity,
  BadgeEntity,
  RewardAccountEntity,
  RewardEntryEntity,
];
