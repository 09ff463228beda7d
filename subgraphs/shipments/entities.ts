import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { SealedJson, SealedText } from '#shared/database/sealed-column.ts';
import { equipmentKinds, shipmentStatuses, stopKinds } from '#shared/vocabulary.ts';
import type { FieldChange } from './domain/differences.ts';

export const transportModes = ['AIR', 'AIR_CHARTER', 'TRUCK', 'OCEAN'] as const;

/** Lane, windows and sums are copies from stops and items, so that lists filter and sort in one table. */
export const ShipmentEntity = defineEntity({
  name: 'Shipment',
  tableName: 'shipment',
  properties: {
    id: p.uuid().primary(),
    reference: p.text(),
    /** The customer's own number, such as that of a purchase order. */
    customerReference: p.text().nullable(),
    organizationId: p.uuid(),
    createdByAccountId: p.uuid(),
    status: p.enum(shipmentStatuses),
    /** The status in which the current exception arose. */
    troubledFrom: p.enum(shipmentStatuses).nullable(),
    version: p.integer(),
    /** Version at which the load last changed (domain/differences.ts). Null while it is the first one. */
    loadVersion: p.integer().nullable(),
    equipment: p.enum(equipmentKinds).nullable(),
    notes: p.text().nullable(),
    originHubCode: p.text().nullable(),
    originCity: p.text().nullable(),
    originRegion: p.text().nullable(),
    originCountry: p.text().nullable(),
    destinationHubCode: p.text().nullable(),
    destinationCity: p.text().nullable(),
    destinationRegion: p.text().nullable(),
    destinationCountry: p.text().nullable(),
    weightKg: p.float().nullable(),
    volumeM3: p.float().nullable(),
    valueCents: p.bigint('number').nullable(),
    currency: p.text().nullable(),
    distanceMeters: p.float().nullable(),
    pickupFrom: p.datetime().nullable(),
    deliverBy: p.datetime().nullable(),
    createdAt: p.datetime(),
    bookedAt: p.datetime().nullable(),
    pickedUpAt: p.datetime().nullable(),
    deliveredAt: p.datetime().nullable(),
    statusChangedAt: p.datetime(),
    /** When anything last changed that its readers see, comments, quotes and invoices included. */
    updatedAt: p.datetime(),
    cancelledAt: p.datetime().nullable(),
    cancelReason: p.text().nullable(),
    assignmentId: p.uuid().nullable(),
    driverId: p.uuid().nullable(),
    vehicleId: p.uuid().nullable(),
    imported: p.boolean(),
    /** Text of the items, for the search. */
    goods: p.text(),
    // Keys and words of the texts (domain/search-keys.ts). Statements compare them; nothing reads them.
    search: p.text().lazy(),
    referenceKey: p.text().lazy(),
    customerReferenceKey: p.text().nullable().lazy(),
    originCityKey: p.text().nullable().lazy(),
    originRegionKey: p.text().nullable().lazy(),
    destinationCityKey: p.text().nullable().lazy(),
    destinationRegionKey: p.text().nullable().lazy(),
  },
});
type Shipment = InferEntity<typeof ShipmentEntity>;
type WrittenOnly = 'search' | 'referenceKey';
export type ShipmentRow = Omit<Shipment, WrittenOnly> & Partial<Pick<Shipment, WrittenOnly>>;

export const stopPhone = new SealedText({ table: 'shipments.stop', column: 'contact_phone' });

export const StopEntity = defineEntity({
  name: 'Stop',
  tableName: 'stop',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    sequence: p.integer(),
    kind: p.enum(stopKinds),
    hubCode: p.text().nullable(),
    contactName: p.text().nullable(),
    /** As `shared/input/phone.ts` writes it. */
    contactPhone: p.type(stopPhone).nullable(),
    street: p.text().nullable(),
    city: p.text().nullable(),
    region: p.text().nullable(),
    postalCode: p.text().nullable(),
    country: p.text(),
    latitude: p.float().nullable(),
    longitude: p.float().nullable(),
    timeZone: p.text().nullable(),
    windowStart: p.datetime().nullable(),
    windowEnd: p.datetime().nullable(),
    arrivedAt: p.datetime().nullable(),
  },
});
export type StopRow = InferEntity<typeof StopEntity>;

export const ItemEntity = defineEntity({
  name: 'Item',
  tableName: 'item',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    sequence: p.integer(),
    description: p.text(),
    commodity: p.text(),
    quantity: p.integer(),
    weightKg: p.float().nullable(),
    volumeM3: p.float().nullable(),
    valueCents: p.bigint('number').nullable(),
    currency: p.text().nullable(),
  },
});
export type ItemRow = InferEntity<typeof ItemEntity>;

export const EventEntity = defineEntity({
  name: 'ShipmentEvent',
  tableName: 'shipment_event',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    /** The version of the shipment that this step created. It orders the steps and is unique per shipment. */
    version: p.integer(),
    fromStatus: p.enum(shipmentStatuses).nullable(),
    toStatus: p.enum(shipmentStatuses),
    occurredAt: p.datetime(),
    recordedAt: p.datetime(),
    actorAccountId: p.uuid().nullable(),
    place: p.text().nullable(),
    latitude: p.float().nullable(),
    longitude: p.float().nullable(),
    /** True if the vehicle cannot have been there (domain/place-doubt.ts). Null for a place that was not reported. */
    doubtful: p.boolean().nullable(),
    note: p.text().nullable(),
  },
});
export type EventRow = InferEntity<typeof EventEntity>;

export const ProofEntity = defineEntity({
  name: 'ProofOfDelivery',
  tableName: 'proof_of_delivery',
  properties: {
    shipmentId: p.uuid().primary(),
    recipientName: p.text(),
    signedAt: p.datetime(),
    signatureReference: p.text().nullable(),
    photoReference: p.text().nullable(),
    latitude: p.float().nullable(),
    longitude: p.float().nullable(),
    note: p.text().nullable(),
    recordedByAccountId: p.uuid().nullable(),
  },
});
export type ProofRow = InferEntity<typeof ProofEntity>;

export const RatingEntity = defineEntity({
  name: 'Rating',
  tableName: 'rating',
  properties: {
    shipmentId: p.uuid().primary(),
    accountId: p.uuid(),
    stars: p.integer(),
    comment: p.text().nullable(),
    ratedAt: p.datetime(),
  },
});
export type RatingRow = InferEntity<typeof RatingEntity>;

export const CommentEntity = defineEntity({
  name: 'ShipmentComment',
  tableName: 'shipment_comment',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    accountId: p.uuid(),
    body: p.text(),
    internal: p.boolean(),
    createdAt: p.datetime(),
  },
});
export type CommentRow = InferEntity<typeof CommentEntity>;

/** A change of the data of a shipment, with the old and new values. */
export const ChangeEntity = defineEntity({
  name: 'ShipmentChange',
  tableName: 'shipment_change',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    /** Version of the shipment after the change. */
    version: p.integer(),
    changedAt: p.datetime(),
    accountId: p.uuid(),
    /** The values may be phones, names and addresses. */
    fields: p.type(new SealedJson<readonly FieldChange[]>({ table: 'shipments.shipment_change', column: 'fields' })),
  },
});
export type ChangeRow = InferEntity<typeof ChangeEntity>;

/** Data that only imported shipments have. */
export const ImportEntity = defineEntity({
  name: 'ShipmentImport',
  tableName: 'shipment_import',
  properties: {
    shipmentId: p.uuid().primary(),
    source: p.text(),
    sourceReference: p.text(),
    file: p.text(),
    line: p.integer(),
    importedAt: p.datetime(),
    mode: p.enum(transportModes).nullable(),
    freightCostCents: p.bigint('number').nullable(),
    freightCostCurrency: p.text().nullable(),
    freightCostNote: p.text().nullable(),
    weightNote: p.text().nullable(),
    incoTerm: p.text().nullable(),
    vendor: p.text().nullable(),
    /** SHA-256 of the row, which distinguishes a repeated row from a changed one. */
    fingerprint: p.text(),
    /** Pairs of column and cell in the order of the file. */
    originalRow: p.json<readonly (readonly [string, string])[]>(),
  },
});
export type ImportRow = InferEntity<typeof ImportEntity>;

export const entities = [
  ShipmentEntity,
  StopEntity,
  ItemEntity,
  EventEntity,
  ChangeEntity,
  ProofEntity,
  RatingEntity,
  CommentEntity,
  ImportEntity,
];
