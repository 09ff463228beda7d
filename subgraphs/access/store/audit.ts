import type { AuditAction } from '#shared/audit/actions.ts';
import type { AuditChange, AuditFact, AuditOrigin } from '#shared/audit/fact.ts';
import { auditKeeper } from '#shared/database/audit-schema.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import { query } from '#shared/database/query.ts';
import type { Columns } from '#shared/database/rows.ts';
import { hasId, isOneOf, type Sql, sql, within } from '#shared/database/sql.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { newId } from '#shared/ids.ts';
import { parseTimeRange, type TimeRange } from '#shared/input/time-range.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import { type AuditEntry, AuditEntryEntity } from '../entities.ts';
import { auditRows } from './rows.ts';

/** The actor, request and time of a change, for its audit entry. */
export interface AuditContext extends AuditOrigin {
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
  target: AuditFact['target'],
  changes: readonly AuditChange[] = [],
): void {
  addEntry(em, auditKeeper, origin, { action, target, changes, at });
}

/** Records what another subgraph has done. */
export function recordFacts(em: EntityManager, { facts, subgraph, ...origin }: EventPayload<'audit.recorded'>): void {
  for (const { at, ...fact } of facts) addEntry(em, subgraph, origin, { ...fact, at: new Date(at) });
}

/** Deletes some failed sign-ins and refusals that are too old. */
export async function deleteExpiredRecords(em: EntityManager): Promise<void> {
  await query(em, sql`select audit.delete_expired()`);
}

function addEntry(
  em: EntityManager,
  subgraph: string,
  { actorId, apiKeyId, requestId, clientRequestId, clientAddress }: AuditOrigin,
  { action, target, changes = [], at }: AuditFact,
): void {
  em.create(AuditEntryEntity, {
    id: newId(at.getTime()),
    at,
    subgraph,
    action,
    actorId,
    apiKeyId,
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    changes,
    requestId,
    clientRequestId,
    clientAddress,
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
  from: sql`audit.entry t`,
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
