import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import {
  type AccessSnapshot,
  type Revocations,
  readAfter,
  revocationMs,
  type SnapshotDocument,
} from '#shared/identity/access-snapshot.ts';
import { readAcceptedSupergraphs } from './accepted-supergraphs.ts';
import { readKeyParts } from './snapshot-keys.ts';

const parts = ['keys', 'revocations', 'documents', 'supergraphs'] as const;
/** Documents in one snapshot, and those of the same registration as the last one. */
const documentsPerSnapshot = 2_000;
type Versions = Readonly<Record<(typeof parts)[number], string>> & {
  /** The oldest version of keys whose later changes are known. */
  readonly keysSince: string;
};

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
  const { version: knownVersion, onlyChanges } = readAfter(after ?? '');
  const known = knownVersion.split('.');
  if (version === known.join('.')) return null;
  const [keysKnown, revocationsKnown, , supergraphsKnown] = parts.map((part, index) => known[index] === versions[part]);
  const { documents, version: documentsVersion } = await readDocuments(em, known[2] ?? '0', versions.documents);
  return {
    version: parts.map((part) => (part === 'documents' ? documentsVersion : versions[part])).join('.'),
    ...(keysKnown ? { keys: null } : await readKeyParts(em, now, onlyChanges ? knownKeys(known, versions) : undefined)),
    revocations: revocationsKnown ? null : await readRevocations(em, now),
    documents,
    acceptedSupergraphs: supergraphsKnown ? null : await readAcceptedSupergraphs(em),
  };
}

/** The version of keys whose later changes are known; undefined if it is of another database, or of an older copy of this one. */
function knownKeys([keys = '']: readonly string[], { keys: current, keysSince }: Versions): string | undefined {
  if (!/^\d{1,18}$/.test(keys)) return undefined;
  return BigInt(keys) < BigInt(keysSince) || BigInt(keys) > BigInt(current) ? undefined : keys;
}

async function readVersions(em: EntityManager): Promise<Versions> {
  const [versions] = await query<Versions>(
    em,
    sql`select max(version) filter (where part = 'keys')::text as keys,
      max(since) filter (where part = 'keys')::text as "keysSince",
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
        (select o.tier from organization o where o.id = t.organization_id) as tier, (extract(epoch from retires_at) * 1000)::float8 as "endsAt", contract - 'tier' as contract, version::text
      from trusted_document t where t.version > ${after}::bigint and t.version <= ${newest}::bigint
      order by t.version, t.id fetch first (${documentsPerSnapshot}) rows with ties`,
  );
  const isComplete = rows.length < documentsPerSnapshot;
  return {
    documents: rows.map(({ version: _version, ...document }) => document),
    version: isComplete ? newest : (rows.at(-1)?.version ?? newest),
  };
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
