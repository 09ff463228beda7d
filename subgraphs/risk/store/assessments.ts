import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { anyOf, hasId, type Sql, sql, uuids, within } from '#shared/database/sql.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { parseTimeRange } from '#shared/input/time-range.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { RiskVerdict } from '#shared/vocabulary.ts';
import type { AssessmentFilter } from '../domain/assessment-filter.ts';
import type { Assessment } from '../entities.ts';
import { assessmentRows } from './rows.ts';
import { keptTotal } from './totals.ts';

/** The most assessments shown of one shipment. */
export const maxHistory = 20;

/** The newest assessments of each of these shipments, newest first, in one statement. */
export function historyOf(
  em: EntityManager,
  shipmentIds: readonly string[],
  columns: Columns,
): Promise<Pick<Assessment, 'shipmentId'>[]> {
  const rows = assessmentRows.only(columns, ['shipmentId']);
  return rows.read(
    em,
    sql`select ${rows.columns('t')} from assessment newest
      join assessment t on t.shipment_id = newest.shipment_id and t.revision > newest.revision - ${maxHistory}
      where newest.current and newest.shipment_id = any(${uuids(shipmentIds)})
      order by t.shipment_id, t.revision desc`,
  );
}

const assessments: List<Assessment> = {
  rows: assessmentRows,
  from: sql`assessment t`,
  order: [
    { expression: 't.assessed_at', kind: 'time', property: 'assessedAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};

/** A page of the newest assessment of each shipment, newest first. The caller must check the scope. @throws GraphError BAD_USER_INPUT */
export async function pageOfAssessments(
  em: EntityManager,
  filter: AssessmentFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<Assessment, 'id'>>> {
  const list = onlyColumns(assessments, columns, ['id']);
  return readPage(em, list, conditionsOf(filter), pageOf(list, page), keptTotal(em, filter));
}

/** The decisions are part of the SQL text, because PostgreSQL does not use the index of stopped shipments for a parameter. */
const decisionConditions: Readonly<Record<RiskVerdict, Sql>> = {
  ALLOW: sql`t.decision = 'ALLOW'`,
  REVIEW: sql`t.decision = 'REVIEW'`,
  BLOCK: sql`t.decision = 'BLOCK'`,
};

/** The condition of the index of shipments with a score above 0, which are few. */
const scored = sql`t.score > 0`;

function conditionsOf(filter: AssessmentFilter): Sql[] {
  const { decisions, rules, organizationId, minScore, assessed, decision, rule, since, until } = filter;
  if (minScore != null && (minScore < 0 || minScore > 100)) {
    throw new GraphError('BAD_USER_INPUT', `"minScore" must be from 0 to 100; got ${minScore}.`);
  }
  const conditions = [
    sql`t.current`,
    ...within('t.assessed_at', parseTimeRange('filter.assessed', assessed)),
    ...within('t.assessed_at', { from: since, until }),
  ];
  if (decisions) conditions.push(anyOf(decisions.map((one) => decisionConditions[one])));
  if (decision != null) conditions.push(decisionConditions[decision]);
  // With any rule that applies, the score is above 0.
  if (rules) conditions.push(sql`t.rules && ${rules}::text[]`, scored);
  if (rule != null) conditions.push(sql`t.rules @> ${[rule]}::text[]`, scored);
  if (organizationId != null) conditions.push(hasId('t.organization_id', organizationId));
  if (minScore != null && minScore > 0) conditions.push(sql`t.score >= ${minScore}`, scored);
  return conditions;
}
