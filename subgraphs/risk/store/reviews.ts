import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import type { DecideReview } from '../domain/inputs.ts';
import { AssessmentEntity, type ReviewCase, ReviewCaseEntity, type ReviewStatus } from '../entities.ts';
import { announce, lockBooking } from './assess.ts';

export interface DecidedCase {
  readonly reviewCase: ReviewCase;
  readonly conflict: boolean;
}

/**
 * Writes down a reviewer's word and tells the neighbours. An approval allows the shipment, a rejection blocks it.
 * Refusals: NOT_FOUND, NOT_OPEN (withdrawn or decided). A stale version is a conflict and changes nothing.
 */
export async function decideCase(
  { em, emit }: Transaction,
  decidedBy: string,
  { caseId, decision, reason, expectedVersion }: DecideReview,
  now: Date,
): Promise<DecidedCase> {
  const found = isUuid(caseId) ? await em.findOne(ReviewCaseEntity, { id: caseId }) : null;
  if (!found) refuse('NOT_FOUND', 'There is no review case with this id.', 'caseId');
  await lockBooking(em, found.shipmentId);
  const reviewCase = await em.refresh(found);
  if (!reviewCase || reviewCase.version !== expectedVersion) return { reviewCase: found, conflict: true };
  if (reviewCase.status !== 'OPEN') {
    refuse('NOT_OPEN', `This review case is ${reviewCase.status}. Only an open case can be decided.`, 'caseId');
  }
  const assessment = await em.findOneOrFail(AssessmentEntity, reviewCase.assessmentId);
  Object.assign(reviewCase, { status: 'DECIDED', decision, reason, decidedBy, closedAt: now });
  reviewCase.version += 1;
  assessment.decision = decision === 'APPROVE' ? 'ALLOW' : 'BLOCK';
  await em.flush();
  const { shipmentId, score } = assessment;
  await announce(emit, { shipmentId, score, decision: assessment.decision, now });
  return { reviewCase, conflict: false };
}

export interface ReviewFilter {
  readonly status?: ReviewStatus | null;
  readonly organizationId?: string | null;
}

/** A page of review cases, longest waiting first; throws BAD_USER_INPUT for wrong arguments. The caller has checked the scope. */
export async function pageOfReviews(
  em: EntityManager,
  { status, organizationId }: ReviewFilter,
  args: PageArguments,
): Promise<Connection<ReviewCase>> {
  const page = parsePage(args, [cursorParts.time, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(page, 'openedAt', 'asc');
  const where: FilterQuery<ReviewCase> = {
    ...(status != null && { status }),
    ...(organizationId != null && (isUuid(organizationId) ? { organizationId } : { id: { $in: [] } })),
  };
  const rows = await em.find(ReviewCaseEntity, { $and: [where, beyond] }, { orderBy, limit: page.limit });
  return toConnection(page, rows, {
    cursor: ({ openedAt, id }) => [openedAt.toISOString(), id],
    node: (row) => row,
    count: () => em.count(ReviewCaseEntity, where),
  });
}

/** The newest case of each of these shipments, in one statement. */
export async function latestCases(em: EntityManager, shipmentIds: readonly string[]): Promise<readonly ReviewCase[]> {
  const rows = await em.execute<Record<string, unknown>[]>(
    `select distinct on (shipment_id) * from review_case where shipment_id = any(array[?]::uuid[])
      order by shipment_id, opened_at desc, id desc`,
    [[...shipmentIds]],
  );
  return rows.map((row) => em.map(ReviewCaseEntity, row) as ReviewCase); // `select *`: the whole entity
}
