import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { requireData } from '../../client/data.ts';
import { GraphFailure } from '../../client/graph-failure.ts';
import type { BatchOutcome, ImportRow, Sender } from './kinds/kind.ts';
import type { RefusedRow } from './refusal.ts';
import { failureOf, organizationAttempts, requireDueToRows, requireSomeSuccess } from './send-failure.ts';

const importMutation = `mutation ImportShipments($input: ImportShipmentsInput!) {
  importShipments(input: $input) {
    imported alreadyImported refusals { line sourceReference code field message } userErrors { code message } } }`;

interface ImportResponse {
  readonly importShipments: {
    readonly imported: number;
    readonly alreadyImported: number;
    readonly refusals: readonly (Omit<RefusedRow, 'field' | 'value'> & { readonly field: string | null })[];
    readonly userErrors: readonly { readonly code: string; readonly message: string }[];
  };
}

/**
 * Sends rows. When the graph refuses a whole request, the batch is halved until the rows at fault are found. Those are refused,
 * the others imported.
 * @throws ConfigurationError when the account may not import, or when the graph fails for every row
 */
export async function sendBatch(sender: Sender, rows: readonly ImportRow[]): Promise<BatchOutcome> {
  const outcome = await sendOrHalve(sender, rows);
  requireSomeSuccess(rows, outcome.refused);
  return outcome;
}

async function sendOrHalve(sender: Sender, rows: readonly ImportRow[]): Promise<BatchOutcome> {
  try {
    return await send(sender, rows);
  } catch (error) {
    if (!(error instanceof GraphFailure)) throw error;
    requireDueToRows(error);
    const [row, second] = rows;
    if (row && !second) return { imported: 0, alreadyImported: 0, refused: [failureOf(row, error)] };
    const middle = Math.ceil(rows.length / 2);
    const left = await sendOrHalve(sender, rows.slice(0, middle));
    const right = await sendOrHalve(sender, rows.slice(middle));
    return {
      imported: left.imported + right.imported,
      alreadyImported: left.alreadyImported + right.alreadyImported,
      refused: [...left.refused, ...right.refused],
    };
  }
}

async function send(
  { client, organizationId, source, file, columns }: Sender,
  rows: readonly ImportRow[],
): Promise<BatchOutcome> {
  const input = { source, file: basename(file), organizationId, columns, rows };
  for (let attempt = 1; ; attempt++) {
    const operation = { query: importMutation, variables: { input } };
    const { importShipments: payload } = requireData(await client.send<ImportResponse>(operation));
    const [fault] = payload.userErrors;
    if (!fault) {
      const refused = payload.refusals.map(({ field, ...refusal }) => ({ ...refusal, field: field ?? '', value: '' }));
      return { imported: payload.imported, alreadyImported: payload.alreadyImported, refused };
    }
    if (fault.code !== 'NOT_FOUND') throw new ConfigurationError(`import: ${fault.message}`);
    if (attempt === organizationAttempts) {
      throw new ConfigurationError(
        `--organization: There is no organization with the id ${organizationId}. Give the id of one.`,
      );
    }
    await pause(500);
  }
}
