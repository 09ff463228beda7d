import { type AuditFault, type ChainHead, chainStart, findFault } from '../domain/audit-chain.ts';
import { findUnsealed, isKnownHash, readHead, readLinks, readRecords } from './audit-chain.ts';
import type { Statements } from './statements.ts';

/** What to verify of the audit trail. */
export interface VerifyRange {
  /** Sequence of the first link. Default: 1. */
  readonly from?: number | null | undefined;
  /** Sequence of the last link. Default: the last of the chain; then also that every record has a link. */
  readonly to?: number | null | undefined;
  /** A head that was noted before, in the log for example: the chain must still contain it. */
  readonly anchor?: ChainHead | null | undefined;
  /** The most links to check. */
  readonly limit?: number;
}

export interface Verification {
  /** Null if the trail is as it was written. */
  readonly fault: AuditFault | null;
  /** Number of links that were checked and are right. */
  readonly checked: number;
  /** Sequence of the last link that is right. */
  readonly verifiedTo: number;
  readonly head: ChainHead;
}

const linksPerBatch = 1_000;

/** Finds the first place at which the audit trail was removed, altered or reordered. */
export async function verifyAuditTrail(client: Statements, range: VerifyRange, now: Date): Promise<Verification> {
  const { limit = Number.POSITIVE_INFINITY, anchor } = range;
  const head = await readHead(client);
  const from = range.from ?? 1;
  const to = Math.min(range.to ?? head.sequence, head.sequence, from - 1 + limit);
  const result = (fault: AuditFault | null, last: number): Verification => ({
    fault,
    checked: Math.max(0, last - from + 1),
    verifiedTo: Math.max(last, 0),
    head,
  });

  if (anchor && !(await hasLink(client, anchor)))
    return result({ kind: 'REMOVED', sequence: anchor.sequence, recordId: null }, from - 1);
  let previous = await linkBefore(client, from);
  if (!previous) return result({ kind: 'REMOVED', sequence: from - 1, recordId: null }, from - 1);
  while (previous.sequence < to) {
    const links = await readLinks(client, previous.sequence + 1, Math.min(linksPerBatch, to - previous.sequence));
    const records = await readRecords(client, links);
    if (links.length === 0)
      return result({ kind: 'REMOVED', sequence: previous.sequence + 1, recordId: null }, previous.sequence);
    for (const link of links) {
      const record = records.get(`${link.kind} ${link.recordId}`);
      const evidence = { record, now, isKnownHash: (hash: string) => isKnownHash(client, hash) };
      const fault = await findFault(previous, link, evidence);
      if (fault) return result(fault, previous.sequence);
      previous = link;
    }
  }
  const isWhole = range.to == null && to === head.sequence;
  const recordId = isWhole ? await findUnsealed(client) : undefined;
  const unsealed = recordId === undefined ? null : { kind: 'UNSEALED' as const, sequence: to + 1, recordId };
  return result(unsealed, to);
}

async function linkBefore(client: Statements, from: number): Promise<ChainHead | undefined> {
  if (from <= 1) return chainStart;
  const [link] = await readLinks(client, from - 1, 1);
  return link?.sequence === from - 1 ? link : undefined;
}

async function hasLink(client: Statements, { sequence, hash }: ChainHead): Promise<boolean> {
  if (sequence === 0) return hash === chainStart.hash;
  const [link] = await readLinks(client, sequence, 1);
  return link?.sequence === sequence && link.hash === hash;
}
