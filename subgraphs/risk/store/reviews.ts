import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { hasId, isOneOf, type Sql, sql, uuids } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { DecideReview } from '../domain/inputs.ts';
import { AssessmentEntity, type ReviewCase, ReviewCaseEntity, type ReviewStatus } from '../entities.ts';
import { announce, lockBooking } from './assess.ts';
import { reviewCaseRows } from './rows.ts';

/**
 * Stores a reviewer's decision and publishes it. An approval allows the shipment, a rejection blocks it.
 * Refusals: NOT_FOUND, CONFLICT (a stale version), NOT_OPEN (withdrawn or decided).
 */
export async function decideCase(
  { em, emit, audit }: Transaction,
  decidedBy: string,
  { reviewCaseId, decision, reason, expectedVersion }: DecideReview,
  now: Date,
): Promise<ReviewCase> {
  const found = isUuid(reviewCaseId) ? await em.findOne(ReviewCaseEntity, { id: reviewCaseId }) : null;
  if (!found) return refuse('NOT_FOUND', 'There is no review case with this id.', 'reviewCaseId');
  await lockBooking(em, found.shipmentId);
  const reviewCase = await em.findOneOrFail(ReviewCaseEntity, { id: reviewCaseId }, { refresh: true });
  checkVersion(reviewCase, expectedVersion);
  if (reviewCase.status !== 'OPEN') {
    refuse(
      'NOT_OPEN',
      `This review case is ${reviewCase.status}. Only an open case can be decided. Load the case again.`,
      'reviewCaseId',
    );
  }
  const assessment = await em.findOneOrFail(AssessmentEntity, reviewCase.assessmentId);
  Object.assign(reviewCase, { status: 'DECIDED', decision, reason, decidedBy, closedAt: now });
  reviewCase.version += 1;
  assessment.decision = decision === 'APPROVE' ? 'ALLOW' : 'BLOCK';
  await em.flush();
  await announce(emit, assessment, now);
  const changes = changesTo(
    { status: 'DECIDED', shipment: reviewCase.shipmentId, decision, reason },
    { status: 'OPEN' },
  );
  audit({ action: 'REVIEW_DECIDED', target: { kind: 'ReviewCase', id: reviewCase.id }, changes, at: now });
  return reviewCase;
}

/** Finds the case of a repeated call. */
export function findDecided(em: EntityManager, id: string): Promise<ReviewCase> {
  return em.findOneOrFail(ReviewCaseEntity, id);
}

export interface ReviewFilter {
  readonly statuses?: readonly ReviewStatus[] | null;
  /** Deprecated. It must hold, too. */
  readonly status?: ReviewStatus | null;
  readonly organizationId?: string | null;
}

const reviews: List<ReviewCase> = {
  rows: reviewCaseRows,
  from: sql`review_case t`,
  order: [
    { expression: 't.opened_at', kind: 'time', property: 'openedAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: false,
};

/** A page of review cases, longest waiting first. The caller must check the scope. @throws GraphError BAD_USER_INPUT */
export async function pageOfReviews(
  em: EntityManager,
  { statuses, status, organizationId }: ReviewFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<ReviewCase, 'id'>>> {
  const where: Sql[] = [];
  if (statuses) where.push(isOneOf('t.status', statuses));
  if (status != null) where.push(sql`t.status = ${status}`);
  if (organizationId != null) where.push(hasId('t.organization_id', organizationId));
  const list = onlyColumns(reviews, columns, ['id']);
  return readPage(em, list, where, pageOf(list, page));
}

/** The newest case of each of these shipments, in one statement. */
export function latestCases(
  em: EntityManager,
  shipmentIds: readonly string[],
  columns: Columns,
): Promise<Pick<ReviewCase, 'shipmentId'>[]> {
  const rows = reviewCaseRows.only(columns, ['shipmentId']);
  return rows.read(
    em,
    sql`select distinct on (t.shipment_id) ${rows.columns('t')} from review_case t
      where t.shipment_id = any(${uuids(shipmentIds)})
      order by t.shipment_id, t.opened_at desc, t.id desc`,
  );
}
