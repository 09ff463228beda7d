import type { EntityManager } from '#shared/database/database.ts';
import type { List } from '#shared/database/list.ts';
import { query } from '#shared/database/query.ts';
import { arrayOf, never, type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import { secretIdOfHash } from '#shared/identity/api-keys.ts';
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

/**
 * Stores the hashes of used keys under the newest secret. A key whose requests are signed with a secret keeps its hash, because the
 * signing secret follows from it.
 * @param newest the id of the newest secret. A gateway that has another one in front is about to restart.
 */
export async function renewHashes(
  em: EntityManager,
  uses: readonly ApiKeyUse[],
  newest: string | undefined,
): Promise<void> {
  const renewed = uses.flatMap(({ apiKeyId, formerHash, hash }) =>
    isUuid(apiKeyId) && formerHash && hash && secretIdOfHash(hash) === newest ? [{ apiKeyId, formerHash, hash }] : [],
  );
  if (renewed.length === 0) return;
  const textsOf = (name: 'formerHash' | 'hash') =>
    arrayOf(
      renewed.map((use) => use[name]),
      'text',
    );
  const ids = arrayOf(
    renewed.map(({ apiKeyId }) => apiKeyId),
    'uuid',
  );
  await query(
    em,
    sql`update api_key t set
        hash = case when t.hash = used.former and not (t.require_signature and t.signing_public_key is null)
          then used.hash else t.hash end,
        previous_hash = case when t.previous_hash = used.former and not (t.require_signature and t.previous_signing_public_key is null)
          then used.hash else t.previous_hash end
      from unnest(${ids}, ${textsOf('formerHash')}, ${textsOf('hash')}) used (id, former, hash)
      where t.id = used.id and used.former in (t.hash, t.previous_hash)`,
  );
}

/** Numbers of keys that are valid, by the id of the secret of their hash; '' for a secret without an id. */
export async function countBySecret(em: EntityManager): Promise<ReadonlyMap<string, number>> {
  const rows = await query<{ id: string; keys: number }>(
    em,
    sql`select case when text.hash like '%.%' then split_part(text.hash, '.', 1) else '' end as id, count(distinct t.id)::int as keys
      from api_key t cross join lateral (values (t.hash), (case when t.grace_until > now() then t.previous_hash end)) text (hash)
      where text.hash is not null and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
      group by 1 order by 1`,
  );
  return new Map(rows.map(({ id, keys }) => [id, keys]));
}
