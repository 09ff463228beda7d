import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { always, hasId, join, type Sql, sql } from '#shared/database/sql.ts';
import type { RiskVerdict } from '#shared/vocabulary.ts';
import type { AssessmentFilter } from '../domain/assessment-filter.ts';

/** The kept number of assessments with a decision. */
const keptNumbers: Readonly<Record<RiskVerdict, Sql>> = {
  ALLOW: sql`t.allowed`,
  REVIEW: sql`t.reviewed`,
  BLOCK: sql`t.blocked`,
};
const allVerdicts = Object.keys(keptNumbers) as RiskVerdict[]; // the keys of the record

/** Reads the kept number of assessments in a list by organization and decision. Undefined for other lists. */
export function keptTotal(
  em: EntityManager,
  { organizationId, decisions, decision, ...others }: AssessmentFilter,
): (() => Promise<number>) | undefined {
  if (Object.values(others).some((value) => value != null)) return undefined;
  const wanted = new Set(decisions ?? allVerdicts).intersection(new Set(decision == null ? allVerdicts : [decision]));
  if (wanted.size === 0) return async () => 0;
  const counted = join(
    [...wanted].map((verdict) => keptNumbers[verdict]),
    ' + ',
  );
  const ofOrganization = organizationId == null ? always : hasId('t.organization_id', organizationId);
  return async () => {
    const [row] = await query<{ count: number }>(
      em,
      sql`select coalesce(sum(${counted}), 0)::int as count from assessment_count t where ${ofOrganization}`,
    );
    return row?.count ?? 0;
  };
}
