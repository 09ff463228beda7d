import { z } from 'zod';
import { describeIssue } from '#shared/input/describe-issue.ts';
import { userErrorsOf } from '#shared/input/parse-input.ts';
import type { GraphClient } from '../../../client/graph-client.ts';
import type { TextField } from '../mapping-fields.ts';
import type { RefusedRow } from '../refusal.ts';
import type { Row } from '../row.ts';

/** A row of a file as the graph takes it. */
export type ImportRow = Readonly<Record<string, unknown>> & { readonly line: number; readonly sourceReference: string };

/** Client, organization and source of the rows. */
export interface Sender {
  readonly client: GraphClient;
  /** Empty for records without an organization. */
  readonly organizationId: string;
  readonly source: string;
  readonly file: string;
  readonly columns: readonly string[];
}

export interface BatchOutcome {
  readonly imported: number;
  readonly alreadyImported: number;
  readonly refused: readonly RefusedRow[];
}

/** The fields of every mapping. */
export interface RowFields {
  /** The key of a row within its source. */
  readonly sourceReference: TextField;
}

/** A kind of records that files are imported as. */
export interface ImportKind<F extends RowFields> {
  /** The fields of its mappings. */
  readonly fields: z.ZodType<F>;
  /** Scopes that the mutations require. */
  readonly scopes: readonly string[];
  readonly hasOrganization: boolean;
  /** Maps a row of a file. @throws RowRefusal */
  readonly mapRow: (fields: F, row: Row, line: number, values: readonly string[]) => ImportRow;
  /** The shape that the graph requires, for a dry run. It leaves out what only the database knows. */
  readonly shapeOf: (now: Date) => z.ZodType;
  /** What of a row has that shape. */
  readonly inputOf: (row: ImportRow) => unknown;
  readonly send: (sender: Sender, rows: readonly ImportRow[]) => Promise<BatchOutcome>;
}

/** The shape of an input before its idempotency key is made. */
export function keyedShape<S extends z.ZodType>(shape: S) {
  return z.preprocess((input) => ({ ...Object(input), idempotencyKey: '00000000' }), shape);
}

/** The first fault that the graph would find in a row. */
export function refusalOf(
  shape: z.ZodType,
  input: unknown,
  { line, sourceReference }: ImportRow,
): RefusedRow | undefined {
  const parsed = shape.safeParse(input, { error: describeIssue });
  const [fault] = parsed.success ? [] : userErrorsOf(parsed.error, input);
  if (!fault) return undefined;
  const field = fault.field?.join('.') ?? '';
  const message = `${field || 'row'}: ${fault.message}`;
  return { line, sourceReference, code: fault.code, field, value: '', message };
}

/** The refusal of a row whose key is that of another row with other values. */
export function changedRow({ line, sourceReference }: ImportRow): RefusedRow {
  const message = `The row ${sourceReference} was imported before with other values. An import never changes a record: correct it in the product, or give the row another key.`;
  return { line, sourceReference, code: 'CHANGED', field: '', value: '', message };
}
