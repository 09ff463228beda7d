import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { arrayOf, sql } from '#shared/database/sql.ts';
import type { StoredPlan } from '#shared/identity/stored-plan.ts';

/** Days after which plans of other supergraphs are deleted. */
const keptDays = 30;
/** Rows that one statement deletes. */
const batchSize = 10_000;

/** The plans of these documents for one supergraph. */
export function readPlans(em: EntityManager, supergraph: string, documents: readonly string[]): Promise<StoredPlan[]> {
  return query<StoredPlan>(
    em,
    sql`select document, key, plan from document_plan
      where supergraph = ${supergraph} and document = any(${arrayOf([...documents], 'text')})`,
  );
}

/** Keeps plans that a gateway has made. A damaged plan is replaced. */
export async function recordPlans(em: EntityManager, supergraph: string, plans: readonly StoredPlan[]): Promise<void> {
  await query(
    em,
    sql`delete from document_plan where ctid = any(array(
      select ctid from document_plan where made_at < now() - make_interval(days => ${keptDays}) and supergraph <> ${supergraph}
      limit ${batchSize}))`,
  );
  await query(
    em,
    sql`insert into document_plan (supergraph, document, key, plan)
      select ${supergraph}, document, key, plan from jsonb_to_recordset(${JSON.stringify(plans)}::jsonb) given (document text, key text, plan text)
      on conflict (supergraph, document, key) do update set plan = excluded.plan, made_at = excluded.made_at
        where document_plan.plan <> excluded.plan`,
  );
}
