import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { SealedText } from '#shared/database/sealed-column.ts';
import { emailKey, emailPurpose } from '#shared/input/email-key.ts';
import type { RiskVerdict } from '#shared/vocabulary.ts';
import type { ReviewDecision, RiskContribution, RiskFacts, RiskRule, WatchlistKind } from './domain/vocabulary.ts';

/** The age and name of an organization. */
export const KnownOrganizationEntity = defineEntity({
  name: 'KnownOrganization',
  tableName: 'known_organization',
  properties: { id: p.uuid().primary(), nameKey: p.text(), createdAt: p.datetime(3) },
});

/** Only rows of earlier releases have an address, until a start replaces it by its index. */
export const knownEmail = new SealedText(
  { table: 'risk.known_account', column: 'email' },
  { column: 'email_key', purpose: emailPurpose, keyOf: emailKey, unique: false, replacesText: true },
);

/** The age and e-mail address of an account. */
export const KnownAccountEntity = defineEntity({
  name: 'KnownAccount',
  tableName: 'known_account',
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid().nullable(),
    /** The blind index of the e-mail address. The address itself is not kept. */
    emailKey: p.text().nullable(),
    email: p.type(knownEmail).nullable(),
    createdAt: p.datetime(3),
  },
});

/** The facts of a booked shipment that the rules need, also as history. */
export const BookingEntity = defineEntity({
  name: 'Booking',
  tableName: 'booking',
  properties: {
    shipmentId: p.uuid().primary(),
    reference: p.text(),
    organizationId: p.uuid(),
    accountId: p.uuid(),
    /** Version of the shipment to which these facts belong. */
    version: p.integer(),
    lane: p.text(),
    laneKey: p.text(),
    valueCents: p.bigint('number'),
    currency: p.text(),
    bookedAt: p.datetime(3),
    pickupFrom: p.datetime(3),
    partyKeys: p.array(),
    /** True while a decision can stop the shipment: until its pickup or cancellation. */
    open: p.boolean(),
  },
});
export type Booking = InferEntity<typeof BookingEntity>;

const assessmentTriggers = ['BOOKED', 'CHANGED', 'WATCHLIST_CHANGED', 'CUSTOMER_KNOWN'] as const;
export type AssessmentTrigger = (typeof assessmentTriggers)[number];

export const AssessmentEntity = defineEntity({
  name: 'Assessment',
  tableName: 'assessment',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    organizationId: p.uuid(),
    /** 1 for the first assessment of a shipment. */
    /** Version of the shipment that was assessed. */
    shipmentVersion: p.integer().default(0),
    revision: p.integer(),
    /** True for the newest assessment of its shipment. */
    current: p.boolean(),
    score: p.integer(),
    verdict: p.text().$type<RiskVerdict>(),
    /** The decision that applies: the verdict, or the decision of a reviewer. */
    decision: p.text().$type<RiskVerdict>(),
    rules: p.array<RiskRule>(),
    contributions: p.json<readonly RiskContribution[]>(),
    facts: p.json<RiskFacts>(),
    watchlistIds: p.array(),
    trigger: p.text().$type<AssessmentTrigger>(),
    assessedAt: p.datetime(3),
  },
});
export type Assessment = InferEntity<typeof AssessmentEntity>;

export type ReviewStatus = 'OPEN' | 'DECIDED' | 'WITHDRAWN';

export const ReviewCaseEntity = defineEntity({
  name: 'ReviewCase',
  tableName: 'review_case',
  properties: {
    id: p.uuid().primary(),
    shipmentId: p.uuid(),
    organizationId: p.uuid(),
    /** The assessment to review. After the decision, the assessment that was reviewed. */
    assessmentId: p.uuid(),
    status: p.text().$type<ReviewStatus>(),
    openedAt: p.datetime(3),
    decision: p.text().$type<ReviewDecision>().nullable(),
    reason: p.text().nullable(),
    decidedBy: p.uuid().nullable(),
    closedAt: p.datetime(3).nullable(),
    version: p.integer(),
  },
});
export type ReviewCase = InferEntity<typeof ReviewCaseEntity>;

export const watchedValue = new SealedText(
  { table: 'risk.watchlist_entry', column: 'value' },
  { column: 'value_key', purpose: emailPurpose, keyOf: emailKey, unique: false, where: "t.kind = 'EMAIL'" },
);

export const WatchlistEntryEntity = defineEntity({
  name: 'WatchlistEntry',
  tableName: 'watchlist_entry',
  properties: {
    id: p.uuid().primary(),
    kind: p.text().$type<WatchlistKind>(),
    value: p.type(watchedValue),
    /** That of an e-mail address is its blind index. */
    valueKey: p.text(),
    /** The `textKey` of the value, for the search. E-mail addresses are found as a whole, by their `valueKey`. */
    searchKey: p.text(),
    reason: p.text(),
    addedBy: p.uuid().nullable(),
    addedAt: p.datetime(3),
    removedBy: p.uuid().nullable(),
    removedAt: p.datetime(3).nullable(),
    removalReason: p.text().nullable(),
  },
});
export type WatchlistEntry = InferEntity<typeof WatchlistEntryEntity>;

export const entities = [
  KnownOrganizationEntity,
  KnownAccountEntity,
  BookingEntity,
  AssessmentEntity,
  ReviewCaseEntity,
  WatchlistEntryEntity,
];
