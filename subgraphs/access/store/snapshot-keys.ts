import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { always, arrayOf, raw, type Sql, sql } from '#shared/database/sql.ts';
import type { AccessSnapshot, EndedKey, SnapshotKey } from '#shared/identity/access-snapshot.ts';

/** How long a snapshot names keys that have ended, and how many at most. */
const namedAfterEnd = raw("interval '30 days'");
const maxEnded = 10_000;

/** The keys of a snapshot: all of them, or those that have changed after a version. */
export async function readKeyParts(
  em: EntityManager,
  now: Date,
  after: string | undefined,
): Promise<Pick<AccessSnapshot, 'keys' | 'changedKeys' | 'endedKeys'>> {
  if (after === undefined) {
    return { keys: await readKeys(em, now, always), endedKeys: await readEndedKeys(em, now, always) };
  }
  const changed = await query<{ id: string }>(
    em,
    sql`select api_key_id as id from api_key_version where version > ${after}::bigint`,
  );
  const ids = changed.map(({ id }) => id);
  const which = sql`t.id = any(${arrayOf(ids, 'uuid')})`;
  const changedKeys = { ids, keys: await readKeys(em, now, which) };
  return { keys: null, changedKeys, endedKeys: await readEndedKeys(em, now, which) };
}

/** The texts of keys: the current one, and that before the last rotation until its grace period is over. */
const texts = sql`api_key t join account a on a.id = t.account_id join organization o on o.id = t.organization_id
  cross join lateral (values (t.hash, null::timestamptz, t.signing_public_key),
    (t.previous_hash, t.grace_until, t.previous_signing_public_key)) text (hash, until, signing_key)
  cross join lateral (values (coalesce(t.revoked_at, a.deactivated_at), least(t.expires_at, text.until))) ended (revoked, expired)`;

function readKeys(em: EntityManager, now: Date, which: Sql): Promise<SnapshotKey[]> {
  return query<SnapshotKey>(
    em,
    sql`select text.hash, t.id, t.account_id as "accountId", t.organization_id as "organizationId", o.tier, a.roles, t.scopes,
        t.allowed_networks as networks, t.require_signature as "requireSignature", text.signing_key as "signingKey",
        (extract(epoch from ended.expired) * 1000)::float8 as "endsAt"
      from ${texts}
      where text.hash is not null and ${which} and ended.revoked is null and (ended.expired is null or ended.expired > ${now})`,
  );
}

function readEndedKeys(em: EntityManager, now: Date, which: Sql): Promise<EndedKey[]> {
  return query<EndedKey>(
    em,
    sql`select text.hash, t.id, case when ended.revoked is null then 'expired' else 'revoked' end as reason
      from ${texts}
      where text.hash is not null and ${which} and (ended.revoked is not null or ended.expired <= ${now})
        and least(ended.revoked, ended.expired) > ${now}::timestamptz - ${namedAfterEnd}
      order by least(ended.revoked, ended.expired) desc limit ${maxEnded}`,
  );
}
