import type { EntityManager } from '#shared/database/database.ts';
import type { List } from '#shared/database/list.ts';
import { query } from '#shared/database/query.ts';
import { arrayOf, never, type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { reachOf } from '#shared/identity/reach.ts';
import { isUuid } from '#shared/ids.ts';
import type { ApiKeyUse } from '../domain/api-key-inputs.ts';
import type { ApiKey } from '../entities.ts';
import { apiKeyRows } from './rows.ts';

/** Condition for the API keys `t` that an identity may see: administrators all, partners those of their organization. */
export function visibleApiKeys(identity: Identity): Sql {
  if (!hasScope(identity, 'access:keys')) return never;
  return withinReach(reachOf(identity), { organization: (id) => sql`t.organization_id = ${id}` });
}

/** API keys, the newest first. */
export const apiKeysByAge: List<ApiKey> = {
  rows: apiKeyRows,
  from: sql`api_key t`,
  order: [
    { expression: 't.created_at', kind: 'time', property: 'createdAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};

/** Records when keys were last used. An older report changes nothing. */
export async function recordUses(em: EntityManager, uses: readonly ApiKeyUse[]): Promise<void> {
  const known = uses.filter(({ apiKeyId }) => isUuid(apiKeyId));
  const ids = arrayOf(
    known.map(({ apiKeyId }) => apiKeyId),
    'uuid',
  );
  const times = arrayOf(
    known.map(({ at }) => at),
    'timestamptz',
  );
  await query(
    em,
    sql`update api_key t set last_used_at = used.at
      from (select id, max(at) as at from unnest(${ids}, ${times}) used (id, at) group by id) used
      where t.id = used.id and (t.last_used_at is null or t.last_used_at < used.at)`,
  );
}
