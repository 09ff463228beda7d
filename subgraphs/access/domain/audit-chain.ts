import { createHash } from 'node:crypto';
import { daysOfFailures } from '#shared/database/audit-schema.ts';

/*
 * The chain of the audit trail. Each link has the hash of its record and of the link before it, so that a record can't be removed,
 * altered or moved without a trace. A record that is kept for a limited time leaves its link behind.
 */

/** The tables of records. */
export const recordKinds = ['entry', 'response', 'refusal'] as const;
export type RecordKind = (typeof recordKinds)[number];

/** True for the kinds of records. A link in the database can have any other text, if somebody has altered it. */
export function isRecordKind(kind: string): kind is RecordKind {
  return recordKinds.some((known) => known === kind);
}

/** A record as its columns in JSON. */
export type AuditRecord = Readonly<Record<string, unknown>>;

export interface Linked {
  readonly kind: RecordKind;
  readonly recordId: string;
  readonly recordHash: string;
  /** From when the record may be missing; null if it must stay. */
  readonly expiresAt: string | null;
}

/** A link as it stands in the database, where it may have been altered. */
export interface Link extends Omit<Linked, 'kind'> {
  readonly kind: string;
  readonly sequence: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** The last link of a chain. */
export type ChainHead = Pick<Link, 'sequence' | 'hash'>;

/** What comes before the first link. */
export const chainStart: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** Fields without a value do not count, so that a column can be added. */
function hashRecord(kind: string, record: AuditRecord): string {
  return sha256(`${kind}\n${canonicalText(record)}`);
}

/** What the chain keeps of a record. */
export function toLinked(kind: RecordKind, recordId: string, record: AuditRecord): Linked {
  return { kind, recordId, recordHash: hashRecord(kind, record), expiresAt: expiryOf(kind, record) };
}

/** Appends a record to a chain. */
export function appendLink({ sequence, hash: previousHash }: ChainHead, linked: Linked): Link {
  return { ...linked, sequence: sequence + 1, previousHash, hash: hashLink(previousHash, linked) };
}

/** Every client can cause failed sign-ins and refusals, so that they are kept for a limited time. */
function expiryOf(kind: RecordKind, { at, minute, action }: AuditRecord): string | null {
  if (kind !== 'refusal' && action !== 'SIGN_IN_FAILED') return null;
  const from = new Date(String(kind === 'refusal' ? minute : at)).getTime();
  return new Date(from + daysOfFailures * 86_400_000).toISOString();
}

export type AuditFaultKind = 'REMOVED' | 'ALTERED' | 'REORDERED' | 'UNSEALED';

/** The first place at which a trail is not as it was written. */
export interface AuditFault {
  readonly kind: AuditFaultKind;
  readonly sequence: number;
  readonly recordId: string | null;
}

interface Evidence {
  /** The stored record; undefined if it is missing. */
  readonly record: AuditRecord | undefined;
  /** True if some link of the chain has this hash. */
  readonly isKnownHash: (hash: string) => Promise<boolean>;
  readonly now: Date;
}

/** Checks a link after the one before it. @returns undefined if it is as it was written */
export async function findFault(
  previous: ChainHead,
  link: Link,
  { record, isKnownHash, now }: Evidence,
): Promise<AuditFault | undefined> {
  const fault = (kind: AuditFaultKind): AuditFault => ({ kind, sequence: link.sequence, recordId: link.recordId });
  if (link.sequence !== previous.sequence + 1)
    return { kind: 'REMOVED', sequence: previous.sequence + 1, recordId: null };
  if (hashLink(link.previousHash, link) !== link.hash) return fault('ALTERED');
  if (link.previousHash !== previous.hash)
    return fault((await isKnownHash(link.previousHash)) ? 'REORDERED' : 'REMOVED');
  if (record) return hashRecord(link.kind, record) === link.recordHash ? undefined : fault('ALTERED');
  const isExpired = link.expiresAt !== null && new Date(link.expiresAt) <= now;
  return isExpired ? undefined : fault('REMOVED');
}

function hashLink(
  previousHash: string,
  { kind, recordId, recordHash, expiresAt }: Omit<Link, 'sequence' | 'previousHash' | 'hash'>,
): string {
  return sha256(JSON.stringify([previousHash, kind, recordId, recordHash, expiresAt]));
}

/** JSON with the fields of each object in the order of their names, without those that are null. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    const fields = Object.entries(part).filter(([, field]) => field !== null && field !== undefined);
    return Object.fromEntries(fields.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
