import { isUuid } from '#shared/ids.ts';
import {
  type AuditRecord,
  appendLink,
  type ChainHead,
  chainStart,
  isRecordKind,
  type Link,
  type RecordKind,
  toLinked,
} from '../domain/audit-chain.ts';
import { inTransaction, rowsOf, type Statements } from './statements.ts';

const recordsPerBatch = 500;
/** Tables of records and their keys. */
const keyOf = { entry: 'id', response: 'request_id', refusal: 'id' } as const satisfies Record<RecordKind, string>;

/**
 * Appends the records that have no link yet to the chain, in the order in which they were queued. One process does so at a time;
 * another one returns at once. @returns the head of the chain; undefined if another process is appending
 */
export async function sealRecords(client: Statements): Promise<ChainHead | undefined> {
  for (;;) {
    const sealed = await inTransaction(client, () => sealBatch(client));
    if (!sealed) return undefined;
    if (sealed.taken < recordsPerBatch) return sealed.head;
  }
}

async function sealBatch(client: Statements): Promise<{ head: ChainHead; taken: number } | undefined> {
  const [lock] = await rowsOf<{ taken: boolean }>(
    client,
    `select pg_try_advisory_xact_lock(hashtext('audit-chain')) as taken`,
  );
  if (!lock?.taken) return undefined;
  const queued = await rowsOf<{ position: string; kind: string; recordId: string; isLinked: boolean }>(
    client,
    `select position, kind, record_id as "recordId", exists (select from audit.link l where l.kind = q.kind and l.record_id = q.record_id) as "isLinked"
      from audit.unsealed q order by position limit ${recordsPerBatch}`,
  );
  let head = await readHead(client);
  if (queued.length === 0) return { head, taken: 0 };
  const records = await readRecords(client, queued);
  const links: Link[] = [];
  for (const { kind, recordId, isLinked } of queued) {
    const record = records.get(`${kind} ${recordId}`);
    if (!record || isLinked || !isRecordKind(kind)) continue;
    const link = appendLink(head, toLinked(kind, recordId, record));
    links.push(link);
    head = link;
  }
  await insertLinks(client, links);
  await client.query('delete from audit.unsealed where position = any($1::bigint[])', [
    queued.map(({ position }) => position),
  ]);
  return { head, taken: queued.length };
}

/** The last link of the chain. */
export async function readHead(client: Statements): Promise<ChainHead> {
  const [link] = await rowsOf<{ sequence: string; hash: string }>(
    client,
    'select sequence, hash from audit.link order by sequence desc limit 1',
  );
  return link ? { sequence: Number(link.sequence), hash: link.hash } : chainStart;
}

/** Links from a sequence on, in their order. */
export async function readLinks(client: Statements, from: number, limit: number): Promise<Link[]> {
  const rows = await rowsOf<Omit<Link, 'sequence'> & { sequence: string }>(
    client,
    `select sequence, kind, record_id as "recordId", record_hash as "recordHash", expires_at::text as "expiresAt",
        previous_hash as "previousHash", hash
      from audit.link where sequence >= $1 order by sequence limit $2`,
    [from, limit],
  );
  return rows.map(({ sequence, expiresAt, ...link }) => ({
    ...link,
    sequence: Number(sequence),
    expiresAt: expiresAt && isoText(expiresAt),
  }));
}

/** A time of an altered link may be none, such as `infinity`. It then stays as it is, so that its hash does not fit. */
function isoText(timestamp: string): string {
  const at = new Date(timestamp);
  return Number.isNaN(at.getTime()) ? timestamp : at.toISOString();
}

/** Kind and id of a record, as a link names them. */
type RecordName = Pick<Link, 'kind' | 'recordId'>;

/**
 * Records by their kind and id, as `kind id`. An altered link may name what cannot be a record: it has none. The kind becomes the name of a
 * table, so only known kinds get into the text of a statement.
 */
export async function readRecords(
  client: Statements,
  wanted: readonly RecordName[],
): Promise<Map<string, AuditRecord>> {
  const found = new Map<string, AuditRecord>();
  const possible = wanted.filter(({ kind, recordId }) => kind === 'response' || isUuid(recordId));
  for (const [kind, ofKind] of Map.groupBy(possible, (one) => one.kind)) {
    if (!isRecordKind(kind)) continue;
    const key = keyOf[kind];
    const rows = await rowsOf<{ id: string; record: AuditRecord }>(
      client,
      `select ${key}::text as id, to_jsonb(t) as record from audit.${kind} t where ${key} = any($1)`,
      [ofKind.map(({ recordId }) => recordId)],
    );
    for (const { id, record } of rows) found.set(`${kind} ${id}`, record);
  }
  return found;
}

/** A record that has no link and is not about to get one; undefined if there is none. */
export async function findUnsealed(client: Statements): Promise<string | undefined> {
  const ofKind = (kind: RecordKind) => `(select ${keyOf[kind]}::text as id from audit.${kind} t
    where not exists (select from audit.link l where l.kind = '${kind}' and l.record_id = t.${keyOf[kind]}::text)
      and not exists (select from audit.unsealed u where u.kind = '${kind}' and u.record_id = t.${keyOf[kind]}::text) limit 1)`;
  const [row] = await rowsOf<{ id: string }>(
    client,
    `${ofKind('entry')} union all ${ofKind('response')} union all ${ofKind('refusal')} limit 1`,
  );
  return row?.id;
}

export async function isKnownHash(client: Statements, hash: string): Promise<boolean> {
  return (await rowsOf(client, 'select 1 from audit.link where hash = $1', [hash])).length > 0;
}

async function insertLinks(client: Statements, links: readonly Link[]): Promise<void> {
  await client.query(
    `insert into audit.link (sequence, kind, record_id, record_hash, expires_at, previous_hash, hash)
      select sequence, kind, "recordId", "recordHash", "expiresAt", "previousHash", hash
        from jsonb_to_recordset($1::jsonb) as t (sequence bigint, kind text, "recordId" text, "recordHash" text,
          "expiresAt" timestamptz, "previousHash" text, hash text)`,
    [JSON.stringify(links)],
  );
}
