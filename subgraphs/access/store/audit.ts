import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import { type AuditAction, type AuditChange, type AuditEntry, AuditEntryEntity } from '../entities.ts';

/** Who makes a change, in which request, when: what an audit entry says besides the change. */
export interface AuditContext {
  readonly actorId: string | null;
  readonly requestId: string;
  readonly clientRequestId: string | null;
  readonly clientAddress: string | null;
  readonly at: Date;
}

/** Records an audit entry in the transaction of the change. */
export function recordAudit(
  em: EntityManager,
  { at, ...origin }: AuditContext,
  action: AuditAction,
  target: { readonly kind: 'Account' | 'Organization'; readonly id: string } | null,
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
  readonly action?: AuditAction | null;
  readonly actorId?: string | null;
  readonly targetId?: string | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

/** A page of audit entries, newest first; throws BAD_USER_INPUT for wrong arguments. The caller has checked the scope. */
export async function pageOfAudit(
  em: EntityManager,
  filter: AuditFilter,
  args: PageArguments,
): Promise<Connection<AuditEntry>> {
  const page = parsePage(args, [cursorParts.time, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(page, 'at', 'desc');
  const where = whereOf(filter);
  const rows = await em.find(AuditEntryEntity, { $and: [where, beyond] }, { orderBy, limit: page.limit });
  return toConnection(page, rows, {
    cursor: (row) => [row.at.toISOString(), row.id],
    node: (row) => row,
    count: () => em.count(AuditEntryEntity, where),
  });
}

function whereOf({ action, actorId, targetId, since, until }: AuditFilter): FilterQuery<AuditEntry> {
  const conditions: FilterQuery<AuditEntry>[] = [];
  if (action != null) conditions.push({ action });
  if (actorId != null) conditions.push(isUuid(actorId) ? { actorId } : { id: { $in: [] } });
  if (targetId != null) conditions.push(isUuid(targetId) ? { targetId } : { id: { $in: [] } });
  if (since != null) conditions.push({ at: { $gte: since } });
  if (until != null) conditions.push({ at: { $lt: until } });
  return conditions.length > 0 ? { $and: conditions } : {};
}
