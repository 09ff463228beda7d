import { createHash } from 'node:crypto';
import { changesTo } from '#shared/audit/changes.ts';
import { bulkInsert } from '#shared/database/bulk.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { UserErrorCode } from '#shared/errors/user-error-codes.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { describeIssue } from '#shared/input/describe-issue.ts';
import { userErrorsOf } from '#shared/input/parse-input.ts';
import { referenceKey, textKey } from '#shared/input/text-key.ts';
import { type ImportFacts, type ImportInput, importRow, rowLabel } from '../domain/import-input.ts';
import { importedRows } from './import-rows.ts';
import { isKnownOrganization } from './organizations.ts';

/** It is kept with the idempotency key, without texts of the row, which may be personal data. */
export type ImportRefusal = {
  /** Index of the row in the input. */
  readonly row: number;
  readonly line: number;
  readonly code: UserErrorCode;
  /** Dotted path of the field at fault. */
  readonly field: string | null;
  readonly message: string;
};

export type ImportOutcome = {
  readonly imported: number;
  readonly alreadyImported: number;
  readonly refusals: readonly ImportRefusal[];
};

interface Candidate {
  readonly row: number;
  readonly facts: ImportFacts;
  readonly fingerprint: string;
}

/**
 * Imports delivered shipments of another system with a fixed number of statements. Rows that were imported before are
 * skipped. Rows that differ from their earlier import, or have the reference of another shipment, are refused.
 */
export async function importShipments(
  { em, audit }: Transaction,
  identity: AccountIdentity,
  { rows, ...batch }: ImportInput,
  now: Date,
): Promise<ImportOutcome> {
  if (!(await isKnownOrganization(em, batch.organizationId))) {
    refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
  }
  const refusals: ImportRefusal[] = [];
  const rowShape = importRow(now);
  const candidates = rows.flatMap((row, index) => candidateOf(row, index, rowShape, batch.columns.length, refusals));
  // Without the lock, two imports at once could both insert the same row.
  await query(em, sql`select pg_advisory_xact_lock(hashtext('shipments-import'))`);
  const fresh = await sift(em, batch.source, candidates, refusals);
  const tables = importedRows(fresh, { ...batch, accountId: identity.accountId, now });
  for (const [table, records] of Object.entries(tables)) await bulkInsert(em, table, records);
  audit({
    action: 'SHIPMENTS_IMPORTED',
    target: { kind: 'Organization', id: batch.organizationId },
    changes: changesTo({ source: batch.source, imported: fresh.length, refused: refusals.length }),
    at: now,
  });
  return {
    imported: fresh.length,
    alreadyImported: rows.length - fresh.length - refusals.length,
    refusals: refusals.toSorted((left, right) => left.line - right.line),
  };
}

function candidateOf(
  row: unknown,
  index: number,
  rowShape: ReturnType<typeof importRow>,
  columns: number,
  refusals: ImportRefusal[],
): Candidate[] {
  const { line } = rowLabel.parse(row); // the schema guarantees it
  const parsed = rowShape.safeParse(row, { error: describeIssue });
  if (!parsed.success) {
    const [fault] = userErrorsOf(parsed.error, row);
    if (!fault) throw parsed.error;
    const field = fault.field?.join('.') ?? null;
    refusals.push({ row: index, line, code: fault.code, field, message: `${field ?? 'row'}: ${fault.message}` });
    return [];
  }
  if (parsed.data.values.length !== columns) {
    const message = `The row has ${parsed.data.values.length} values for ${columns} columns. Give one value per column.`;
    refusals.push({ row: index, line, code: 'INVALID_INPUT', field: 'values', message });
    return [];
  }
  const { line: _place, ...content } = parsed.data;
  const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest('base64url');
  return [{ row: index, facts: parsed.data, fingerprint }];
}

/** Keeps new rows. Refuses rows that differ from their earlier import or have the reference of another shipment. */
async function sift(
  em: EntityManager,
  source: string,
  candidates: readonly Candidate[],
  refusals: ImportRefusal[],
): Promise<Candidate[]> {
  const keys = candidates.map(({ facts }) => facts.sourceReference);
  const references = candidates.map(({ facts }) => referenceKey(facts.reference));
  const known = await query<{ key: string; fingerprint: string }>(
    em,
    sql`select source_reference as key, fingerprint from shipment_import
      where source = ${source} and source_reference = any(${keys}::text[])`,
  );
  const taken = await query<{ reference: string }>(
    em,
    sql`select reference from shipment where reference_key = any(${references}::text[])`,
  );
  const fingerprints = new Map(known.map(({ key, fingerprint }) => [key, fingerprint]));
  // References differ by more than case and accents: "12-3" and "1-23" of another system are two.
  const takenReferences = new Set(taken.map(({ reference }) => textKey(reference)));
  return candidates.filter(({ row, facts, fingerprint }) => {
    const { line, sourceReference, reference } = facts;
    const before = fingerprints.get(sourceReference);
    if (before === fingerprint) return false;
    if (before !== undefined) {
      const message = 'This row was imported before with other values. An import never changes a shipment.';
      refusals.push({ row, line, code: 'CHANGED', field: null, message });
      return false;
    }
    if (takenReferences.has(textKey(reference))) {
      const message = 'Another shipment already has this reference. Use another one.';
      refusals.push({ row, line, code: 'REFERENCE_TAKEN', field: 'reference', message });
      return false;
    }
    fingerprints.set(sourceReference, fingerprint);
    takenReferences.add(textKey(reference));
    return true;
  });
}
