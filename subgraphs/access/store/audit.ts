import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { hasId, isOneOf, type Sql, sql, within } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import { parseTimeRange, type TimeRange } from '#shared/input/time-range.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import { type AuditAction, type AuditChange, type AuditEntry, AuditEntryEntity } from '../entities.ts';
import { auditRows } from './rows.ts';

/** The actor, request and time of a change, for its audit entry. */
export interface AuditContext {
  readonly actorId: string | null;
  readonly requestId: string;
  readonly clientRequestId: string | null;
  readonly clientAddress: string | null;
  readonly at: Date;
}

/** The audit context of a change that a signed-in account makes. */
export interface AccountAudit extends AuditContext {
  readonly actorId: string;
}

/** Records an audit entry in the transaction of the change. */
export function recordAudit(
  em: EntityManager,
  { at, ...origin }: AuditContext,
  action: AuditAction,
  target: { readonly kind: 'Account' | 'Organization' | 'ApiKey'; readonly id: string } | null,
  changes: readonly AuditChange[] = [],
): void {
  em.create(AuditEntryEntity, {
    id: newId(at.getTime()),
    at,
    action,
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    changes,
    ...origin,
  });
}

export interface AuditFilter {
  readonly actions?: readonly AuditAction[] | null;
  readonly action?: AuditAction | null;
  readonly actorId?: string | null;
  readonly targetId?: string | null;
  readonly at?: TimeRange | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

const entries: List<AuditEntry> = {
  rows: auditRows,
  from: sql`audit_entry t`,
  order: [
    { expression: 't.at', kind: 'time', property: 'at' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};

/** A page of audit entries, newest first. The caller has checked the scope. @throws GraphError BAD_USER_INPUT */
export async function pageOfAudit(
  em: EntityManager,
  filter: AuditFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<AuditEntry, 'id'>>> {
  const list = onlyColumns(entries, columns, ['id']);
  return readPage(em, list, conditionsOf(filter), pageOf(list, page));
}

function conditionsOf({ actions, action, actorId, targetId, at, since, until }: AuditFilter): Sql[] {
  const conditions: Sql[] = [];
  if (actions != null) conditions.push(isOneOf('t.action', actions));
  if (action != null) conditions.push(sql`t.action = ${action}`);
  if (actorId != null) conditions.push(hasId('t.actor_id', actorId));
  if (targetId != null) conditions.push(hasId('t.target_id', targetId));
  return [...conditions, ...within('t.at', parseTimeRange('filter.at', at)), ...within('t.at', { from: since, until })];
}
