import type { List } from '#shared/database/list.ts';
import { type Sql, sql } from '#shared/database/sql.ts';
import { idleDays, maxDays } from '../domain/refresh-token.ts';
import type { Session } from '../entities.ts';
import { sessionRows } from './rows.ts';

/** Condition for the sessions `t` that can be refreshed. */
export function liveSessions(now: Date): Sql {
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
  return sql`t.revoked_at is null and t.refreshed_at > ${daysAgo(idleDays)} and t.created_at > ${daysAgo(maxDays)}`;
}

/** Sessions, the newest first. */
export const sessionsByAge: List<Session> = {
  rows: sessionRows,
  from: sql`session t`,
  order: [
    { expression: 't.created_at', kind: 'time', property: 'createdAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};
