import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Reach } from '#shared/identity/reach.ts';

/** Reads the kept number of all assignments. Undefined for lists with a filter, and for callers who do not see all. */
export function keptTotal(
  em: EntityManager,
  { kind }: Reach,
  filter: object | null | undefined,
): (() => Promise<number>) | undefined {
  if (kind !== 'ALL' || Object.values(filter ?? {}).some((value) => value != null)) return undefined;
  return async () => {
    const [row] = await query<{ count: number }>(
      em,
      sql`select coalesce(sum(assignments), 0)::int as count from assignment_count`,
    );
    return row?.count ?? 0;
  };
}
