import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import type { RiskVerdict } from '#shared/vocabulary.ts';
import type { RiskRule } from '../domain/vocabulary.ts';
import { type Assessment, AssessmentEntity } from '../entities.ts';

/** The newest assessments of these shipments; none without the scope, as a customer must not learn what stops them. */
export async function currentAssessments(
  em: EntityManager,
  identity: Identity,
  shipmentIds: readonly string[],
): Promise<readonly Assessment[]> {
  if (!hasScope(identity, 'risk:read')) return [];
  return em.find(AssessmentEntity, { shipmentId: { $in: shipmentIds.filter(isUuid) }, current: true });
}

/** Assessments by id, newest or not. */
export async function assessmentsById(
  em: EntityManager,
  identity: Identity,
  ids: readonly string[],
): Promise<readonly Assessment[]> {
  if (!hasScope(identity, 'risk:read')) return [];
  return em.find(AssessmentEntity, { id: { $in: ids.filter(isUuid) } });
}

/** Assessments of one shipment that are shown. */
export const mostHistory = 20;

/** The newest assessments of each of these shipments, newest first, in one statement. */
export async function historyOf(
  em: EntityManager,
  identity: Identity,
  shipmentIds: readonly string[],
): Promise<readonly Assessment[]> {
  const ids = hasScope(identity, 'risk:read') ? shipmentIds.filter(isUuid) : [];
  if (ids.length === 0) return [];
  const rows = await em.execute<Record<string, unknown>[]>(
    `select past.* from assessment as newest
      join assessment as past on past.shipment_id = newest.shipment_id and past.revision > newest.revision - ?
      where newest.current and newest.shipment_id = any(array[?]::uuid[])
      order by past.shipment_id, past.revision desc`,
    [mostHistory, ids],
  );
  return rows.map((row) => em.map(AssessmentEntity, row) as Assessment); // `past.*`: the whole entity
}

export interface AssessmentFilter {
  readonly decision?: RiskVerdict | null;
  readonly rule?: RiskRule | null;
  readonly organizationId?: string | null;
  readonly minScore?: number | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

/** A page of the newest assessment of each shipment, newest first; throws BAD_USER_INPUT for wrong arguments. The caller has checked the scope. */
export async function pageOfAssessments(
  em: EntityManager,
  filter: AssessmentFilter,
  args: PageArguments,
): Promise<Connection<Assessment>> {
  const page = parsePage(args, [cursorParts.time, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(page, 'assessedAt', 'desc');
  const where = whereOf(filter);
  const rows = await em.find(AssessmentEntity, { $and: [where, beyond] }, { orderBy, limit: page.limit });
  return toConnection(page, rows, {
    cursor: ({ assessedAt, id }) => [assessedAt.toISOString(), id],
    node: (row) => row,
    count: () => em.count(AssessmentEntity, where),
  });
}

function whereOf({
  decision,
  rule,
  organizationId,
  minScore,
  since,
  until,
}: AssessmentFilter): FilterQuery<Assessment> {
  if (minScore != null && (minScore < 0 || minScore > 100)) {
    throw new GraphError('BAD_USER_INPUT', `"minScore" must be from 0 to 100; got ${minScore}.`);
  }
  const conditions: FilterQuery<Assessment>[] = [{ current: true }];
  if (decision != null) conditions.push({ decision });
  // A rule that holds makes a score, and scored shipments are the few that an index knows.
  if (rule != null) conditions.push({ rules: { $contains: [rule] }, score: { $gt: 0 } });
  if (organizationId != null) conditions.push(isUuid(organizationId) ? { organizationId } : { id: { $in: [] } });
  if (minScore != null)
    conditions.push({ score: { $gte: minScore }, ...(minScore > 0 && { $and: [{ score: { $gt: 0 } }] }) });
  if (since != null) conditions.push({ assessedAt: { $gte: since } });
  if (until != null) conditions.push({ assessedAt: { $lt: until } });
  return { $and: conditions };
}
