import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import {
  type AccessSnapshot,
  type Revocations,
  revocationMs,
  type SnapshotDocument,
  type SnapshotKey,
} from '#shared/identity/access-snapshot.ts';
import { readAcceptedSupergraphs } from './accepted-supergraphs.ts';

const parts = ['keys', 'revocations', 'documents', 'supergraphs'] as const;
/** Documents in one snapshot, and those of the same registration as the last one. */
const documentsPerSnapshot = 2_000;
type Versions = Readonly<Record<(typeof parts)[number], string>>;

/**
 * The parts of the access snapshot that have changed since a version; null if none has.
 * Versions are read before the parts. A change between the two is then sent twice and never lost.
 */
export async function readSnapshot(
  em: EntityManager,
  after: string | null | undefined,
  now: Date,
): Promise<AccessSnapshot | null> {
  const versions = await readVersions(em);
  const version = parts.map((part) => versions[part]).join('.');
  if (version === after) return null;
  const known = after?.split('.') ?? [];
  const [keysKnown, revocationsKnown, , supergraphsKnown] = parts.map((part, index) => known[index] === versions[part]);
  const { documents, version: documentsVersion } = await readDocuments(em, known[2] ?? '0', versions.documents);
  return {
    version: parts.map((part) => (part === 'documents' ? documentsVersion : versions[part])).join('.'),
    keys: keysKnown ? null : await readKeys(em, now),
    revocations: revocationsKnown ? null : await readRevocations(em, now),
    documents,
    acceptedSupergraphs: supergraphsKnown ? null : await readAcceptedSupergraphs(em),
  };
}

async function readVersions(em: EntityManager): Promise<Versions> {
  const [versions] = await query<Versions>(
    em,
    sql`select max(version) filter (where part = 'keys')::text as keys,
      max(version) filter (where part = 'revocations')::text as revocations,
      max(version) filter (where part = 'documents')::text as documents,
      max(version) filter (where part = 'supergraphs')::text as supergraphs from access_version`,
  );
  if (!versions) throw new Error('The versions of the access snapshot are missing.');
  return versions;
}

/** Reads documents by version, and the version up to which the result is complete. */
async function readDocuments(
  em: EntityManager,
  after: string,
  newest: string,
): Promise<{ documents: SnapshotDocument[]; version: string }> {
  if (after === newest) return { documents: [], version: newest };
  const rows = await query<SnapshotDocument & { version: string }>(
    em,
    sql`select name, client_name as client, organization_id as "organizationId", body as text,
        (extract(epoch from retires_at) * 1000)::float8 as "endsAt", contract - 'tier' as contract, version::text
      from trusted_document t where t.version > ${after}::bigint and t.version <= ${newest}::bigint
      order by t.version, t.id fetch first (${documentsPerSnapshot}) rows with ties`,
  );
  const isComplete = rows.length < documentsPerSnapshot;
  return {
    documents: rows.map(({ version: _version, ...document }) => document),
    version: isComplete ? newest : (rows.at(-1)?.version ?? newest),
  };
}

function readKeys(em: EntityManager, now: Date): Promise<SnapshotKey[]> {
  return query<SnapshotKey>(
    em,
    sql`select text.hash, t.id, t.account_id as "accountId", t.organization_id as "organizationId", o.tier, a.roles, t.scopes,
        t.allowed_networks as networks, t.require_signature as "requireSignature",
        text.key as "signingKey",
        (extract(epoch from least(t.expires_at, text.until)) * 1000)::float8 as "endsAt"
      from api_key t join account a on a.id = t.account_id join organization o on o.id = t.organization_id
        cross join lateral (values (t.hash, null::timestamptz, t.signing_public_key),
          (t.previous_hash, t.grace_until, t.previous_signing_public_key)) text (hash, until, key)
      where t.revoked_at is null and a.deactivated_at is null and text.hash is not null
        and (t.expires_at is null or t.expires_at > ${now}) and (text.until is null or text.until > ${now})`,
  );
}

/** Tokens that were issued before a change are valid for less than this time after it. */
async function readRevocations(em: EntityManager, now: Date): Promise<Revocations> {
  const since = new Date(now.getTime() - revocationMs);
  const sessions = await query<{ id: string }>(em, sql`select id from session where revoked_at > ${since}`);
  // The database sets these times itself.
  const recent = sql`now() - make_interval(secs => ${revocationMs / 1_000})`;
  const accounts = await query<Revocations['accounts'][number]>(
    em,
    sql`select id, deactivated_at is not null as closed, roles, driver_id as "driverId" from account
      where reach_changed_at > ${recent}`,
  );
  const organizations = await query<Revocations['organizations'][number]>(
    em,
    sql`select id, tier from organization where tier_changed_at > ${recent}`,
  );
  return { sessions: sessions.map(({ id }) => id), accounts, organizations };
}
