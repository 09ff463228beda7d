import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Equipment, Tier } from '#shared/vocabulary.ts';
import type { Factor } from './domain/price.ts';

export type PaymentMethod = 'ACH' | 'WIRE' | 'CARD' | 'CHECK';
export type MarketKind = 'COMPETITOR' | 'COST';

/** The facts of a shipment that pricing needs, from its events. */
export const PricedShipmentEntity = defineEntity({
  name: 'PricedShipment',
  tableName: 'priced_shipment',
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    equipment: p.text().$type<Equipment>(),
    distanceMeters: p.integer(),
    volumeM3: p.float(),
    originRegion: p.string(),
    createdAt: p.datetime(),
    /** Version of the shipment that these facts are from. */
    version: p.integer().default(0),
    /** True after the cancellation, when the shipment gets no more quotes. */
    closed: p.boolean().default(false),
  },
});
export type PricedShipment = InferEntity<typeof PricedShipmentEntity>;

export const CustomerEntity = defineEntity({
  name: 'Customer',
  tableName: 'customer',
  properties: { id: p.uuid().primary(), tier: p.text().$type<Tier>() },
});

export const QuoteEntity = defineEntity({
  name: 'Quote',
  tableName: 'quote',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    /** Version of the shipment that the price was made for. */
    shipmentVersion: p.integer().default(0),
    organizationId: p.uuid(),
    requestedBy: p.uuid().nullable(),
    currency: p.string().length(3),
    baseRateCents: p.bigint('number'),
    factors: p.json<readonly Factor[]>(),
    floorCents: p.bigint('number'),
    ceilingCents: p.bigint('number'),
    priceCents: p.bigint('number'),
    limited: p.boolean(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
    acceptedAt: p.datetime().nullable(),
    withdrawnAt: p.datetime().nullable(),
  },
});
export type Quote = InferEntity<typeof QuoteEntity>;

export const InvoiceEntity = defineEntity({
  name: 'Invoice',
  tableName: 'invoice',
  properties: {
    id: p.uuid().primary(),
    number: p.string().unique(),
    shipmentId: p.uuid().unique(),
    /** The accepted quote; null if it bills the price of the day. */
    quoteId: p.uuid().nullable(),
    organizationId: p.uuid(),
    currency: p.string().length(3),
    amountCents: p.bigint('number'),
    /** Sum of the payments, updated in the transaction that records a payment. */
    paidCents: p.bigint('number'),
    /** Cost of carrying the shipment. */
    costCents: p.bigint('number'),
    issuedAt: p.datetime(),
    dueAt: p.datetime(),
  },
});
export type Invoice = InferEntity<typeof InvoiceEntity>;

export const PaymentEntity = defineEntity({
  name: 'Payment',
  tableName: 'payment',
  properties: {
    id: p.uuid().primary(),
    invoiceId: p.uuid(),
    organizationId: p.uuid(),
    amountCents: p.bigint('number'),
    method: p.text().$type<PaymentMethod>(),
    reference: p.string(),
    /** The `referenceKey` of the reference, unique within the organization. */
    referenceKey: p.text(),
    paidAt: p.datetime(),
    /** Null for payments of earlier releases. */
    recordedBy: p.uuid().nullable(),
  },
});
export type Payment = InferEntity<typeof PaymentEntity>;

export const MarketObservationEntity = defineEntity({
  name: 'MarketObservation',
  tableName: 'market_observation',
  properties: {
    id: p.uuid().primary(),
    kind: p.text().$type<MarketKind>(),
    equipment: p.text().$type<Equipment>(),
    ratio: p.float(),
    source: p.string(),
    observedAt: p.datetime(),
  },
});
export type MarketObservation = InferEntity<typeof MarketObservationEntity>;

export const entities = [
  PricedShipmentEntity,
  CustomerEntity,
  QuoteEntity,
  InvoiceEntity,
  PaymentEntity,
  MarketObservationEntity,
];
