import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { requireData } from '../../client/data.ts';
import { GraphFailure } from '../../client/graph-failure.ts';
import { type BatchOutcome, changedRow, type ImportRow, type Sender } from './kinds/kind.ts';
import type { RefusedRow } from './refusal.ts';
import { failureOf, organizationAttempts, requireSomeSuccess } from './send-failure.ts';

interface UserError {
  readonly code: string;
  readonly field: readonly string[] | null;
  readonly message: string;
}

interface Response {
  readonly payload: { readonly userErrors: readonly UserError[] };
}

/**
 * Sends rows one by one through a mutation that everyone can use. The key of each call is made of source and row, so that a
 * row that is sent again has no second effect.
 * @throws ConfigurationError when the account may not import, or when the graph fails for every row
 */
export async function sendEach(
  sender: Sender,
  mutation: string,
  rows: readonly ImportRow[],
  more: object = {},
): Promise<BatchOutcome> {
  const refused: RefusedRow[] = [];
  for (const row of rows) {
    const idempotencyKey = keyOf(mutation, sender.source, row.sourceReference);
    const refusal = await sendRow(sender, mutation, row, { ...Object(row['input']), ...more, idempotencyKey });
    if (refusal) refused.push(refusal);
  }
  requireSomeSuccess(rows, refused);
  return { imported: rows.length - refused.length, alreadyImported: 0, refused };
}

async function sendRow(sender: Sender, query: string, row: ImportRow, input: object): Promise<RefusedRow | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { payload } = requireData(await sender.client.send<Response>({ query, variables: { input } }));
      const [fault] = payload.userErrors;
      if (!fault) return undefined;
      const isNewOrganization = fault.code === 'NOT_FOUND' && fault.field?.[0] === 'organizationId';
      if (!isNewOrganization || attempt === organizationAttempts) return refusalOf(row, fault);
    } catch (error) {
      if (error instanceof GraphFailure) return failureOf(row, error);
      throw error;
    }
    await pause(500);
  }
}

function refusalOf(row: ImportRow, { code, field, message }: UserError): RefusedRow {
  const { line, sourceReference } = row;
  const path = field?.join('.') ?? '';
  if (code === 'IDEMPOTENCY_KEY_REUSED') {
    return changedRow(row);
  }
  const text = path === '' ? message : `${path}: ${message}`;
  return { line, sourceReference, code, field: path, value: '', message: text };
}

function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
