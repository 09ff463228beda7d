import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { requireData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import { GraphFailure } from '../../client/graph-failure.ts';
import type { ImportRow } from './map-row.ts';
import type { RefusedRow } from './refusal.ts';

/** Client, organization and source of the rows. */
export interface Shipper {
  readonly client: GraphClient;
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

/** The shipments subgraph accepts a new organization only after its event has arrived. */
const organizationAttempts = 20;

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
export async function sendBatch(shipper: Shipper, rows: readonly ImportRow[]): Promise<BatchOutcome> {
  const outcome = await sendOrHalve(shipper, rows);
  const [first] = outcome.refused;
  const failed = outcome.refused.filter(({ code }) => code === 'INTERNAL_SERVER_ERROR').length;
  if (first && failed === rows.length)
    throw new ConfigurationError(`import: the graph fails for every row: ${first.message}`);
  return outcome;
}

async function sendOrHalve(shipper: Shipper, rows: readonly ImportRow[]): Promise<BatchOutcome> {
  try {
    return await send(shipper, rows);
  } catch (error) {
    if (!(error instanceof GraphFailure)) throw error;
    if (!mayBeDueToRows(error)) throw new ConfigurationError(`import: ${error.message}`);
    const [row, second] = rows;
    if (row && !second) return { imported: 0, alreadyImported: 0, refused: [refusalOf(row, error)] };
    const middle = Math.ceil(rows.length / 2);
    const left = await sendOrHalve(shipper, rows.slice(0, middle));
    const right = await sendOrHalve(shipper, rows.slice(middle));
    return {
      imported: left.imported + right.imported,
      alreadyImported: left.alreadyImported + right.alreadyImported,
      refused: [...left.refused, ...right.refused],
    };
  }
}

/** True when single rows may cause the failure: invalid values, a large request, a row for which the graph fails. */
function mayBeDueToRows({ code }: GraphFailure): boolean {
  return ['BAD_USER_INPUT', 'BAD_REQUEST', 'INTERNAL_SERVER_ERROR'].includes(code);
}

function refusalOf({ line, sourceReference }: ImportRow, { code, message }: GraphFailure): RefusedRow {
  const unexpected = code === 'INTERNAL_SERVER_ERROR';
  return { line, sourceReference, code: unexpected ? code : 'INVALID_INPUT', field: '', value: '', message };
}

async function send(
  { client, organizationId, source, file, columns }: Shipper,
  rows: readonly ImportRow[],
): Promise<BatchOutcome> {
  const input = { source, file: basename(file), organizationId, columns, rows };
  for (let attempt = 1; ; attempt++) {
    const operation = { query: importMutation, variables: { input } };
    const { importShipments: payload } = requireData(await client.send<ImportResponse>(operation));
    const [fault] = payload.userErrors;
    if (!fault) {
      const byLine = new Map(rows.map((row) => [row.line, row]));
      const refused = payload.refusals.map(({ field, ...refusal }) => {
        return { ...refusal, field: field ?? '', value: valueAt(byLine.get(refusal.line), field) };
      });
      return { imported: payload.imported, alreadyImported: payload.alreadyImported, refused };
    }
    if (fault.code !== 'NOT_FOUND') throw new ConfigurationError(`import: ${fault.message}`);
    if (attempt === organizationAttempts) {
      throw new ConfigurationError(`--organization: the id of an organization is required; got ${organizationId}`);
    }
    await pause(500);
  }
}

/** The sent value of a field such as `item.quantity`, as text. */
function valueAt(row: ImportRow | undefined, field: string | null): string {
  if (row === undefined || field === null) return '';
  let value: unknown = row;
  for (const name of field.split('.')) value = (Object(value) as Record<string, unknown>)[name];
  if (value == null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
