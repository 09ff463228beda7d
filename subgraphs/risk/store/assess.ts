import { isDeepStrictEqual } from 'node:util';
import { LockMode } from '@mikro-orm/core';
import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { newId } from '#shared/ids.ts';
import { type Decided, resolveDecision } from '../domain/decision.ts';
import { assess } from '../domain/rules.ts';
import type { RiskFacts } from '../domain/vocabulary.ts';
import {
  type Assessment,
  AssessmentEntity,
  type AssessmentTrigger,
  type Booking,
  BookingEntity,
  ReviewCaseEntity,
} from '../entities.ts';
import { gatherFacts } from './facts.ts';

/** Assesses a booking by the current facts, stores the result as its newest assessment, and publishes it. */
export async function assessBooking(
  transaction: Transaction,
  booking: Booking,
  trigger: AssessmentTrigger,
  now: Date,
): Promise<void> {
  await recordAssessment(transaction, booking, await gatherFacts(transaction.em, booking), trigger, now);
}

/** Does the same with facts that the caller has updated. */
export async function recordAssessment(
  transaction: Transaction,
  booking: Booking,
  facts: RiskFacts,
  trigger: AssessmentTrigger,
  now: Date,
): Promise<void> {
  const { em, emit, audit } = transaction;
  const { shipmentId, organizationId, version } = booking;
  const { score, verdict, contributions } = assess(facts);
  const decision = resolveDecision(verdict, { facts, contributions }, await lastDecision(em, shipmentId));
  const [replaced] = await query<{ revision: number; score: number; decision: string }>(
    em,
    sql`update assessment set current = false where shipment_id = ${shipmentId} and current returning revision, score, decision`,
  );
  const assessment = em.create(AssessmentEntity, {
    id: newId(now.getTime()),
    shipmentId,
    organizationId,
    shipmentVersion: version,
    revision: (replaced?.revision ?? 0) + 1,
    current: true,
    score,
    verdict,
    decision,
    rules: contributions.map(({ rule }) => rule),
    contributions,
    facts,
    watchlistIds: facts.watchlist.map(({ entryId }) => entryId),
    trigger,
    assessedAt: now,
  });
  await em.flush();
  await keepQueue(em, assessment, now);
  await announce(emit, assessment, now);
  const changes = changesTo({ score, decision, trigger }, { score: replaced?.score, decision: replaced?.decision });
  audit({ action: 'RISK_ASSESSED', target: { kind: 'Shipment', id: shipmentId }, changes, at: now });
}

/** Publishes the decision that applies to a shipment. */
export function announce(
  emit: Transaction['emit'],
  {
    shipmentId,
    shipmentVersion: version,
    score,
    decision,
  }: Pick<Assessment, 'shipmentId' | 'shipmentVersion' | 'score' | 'decision'>,
  now: Date,
): Promise<void> {
  return emit('risk.assessed', { shipmentId, version, score, decision, at: now.toISOString() });
}

async function lastDecision(em: EntityManager, shipmentId: string): Promise<Decided | null> {
  const [decided] = await query<Decided>(
    em,
    sql`select c.decision, a.facts, a.contributions from review_case c join assessment a on a.id = c.assessment_id
      where c.shipment_id = ${shipmentId} and c.status = 'DECIDED' order by c.closed_at desc, c.id desc limit 1`,
  );
  return decided ?? null;
}

/** Ensures that there is one open case while the decision is REVIEW, and none otherwise. */
async function keepQueue(em: EntityManager, assessment: Assessment, now: Date): Promise<void> {
  const { shipmentId, organizationId, decision } = assessment;
  const open = await em.findOne(ReviewCaseEntity, { shipmentId, status: 'OPEN' });
  if (decision !== 'REVIEW') {
    if (open) await withdrawCase(em, shipmentId, now);
    return;
  }
  if (open) {
    const seen = await em.findOneOrFail(AssessmentEntity, open.assessmentId);
    open.assessmentId = assessment.id;
    // Who has read the same facts may decide: a change of the notes, for example, is none to a reviewer.
    if (!isDeepStrictEqual(seen.facts, assessment.facts)) open.version += 1;
  } else {
    em.create(ReviewCaseEntity, {
      id: newId(now.getTime()),
      shipmentId,
      organizationId,
      assessmentId: assessment.id,
      status: 'OPEN',
      openedAt: now,
      decision: null,
      reason: null,
      decidedBy: null,
      closedAt: null,
      version: 1,
    });
  }
  await em.flush();
}

/** Removes a shipment from the review queue, because it no longer needs a decision. */
export async function withdrawCase(em: EntityManager, shipmentId: string, now: Date): Promise<void> {
  await query(
    em,
    sql`update review_case set status = 'WITHDRAWN', closed_at = ${now}, version = version + 1
      where shipment_id = ${shipmentId} and status = 'OPEN'`,
  );
}

/** Locks the booking, so that only one transaction assesses or decides it at a time. */
export function lockBooking(em: EntityManager, shipmentId: string): Promise<Booking | null> {
  return em.findOne(BookingEntity, { shipmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}
