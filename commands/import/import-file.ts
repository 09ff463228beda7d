import { basename, extname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '#shared/config.ts';
import type { GraphClient } from './graph-client.ts';
import { type ImportRow, mapRow, missingColumns, RowRefusal } from './map-row.ts';
import type { Mapping } from './mapping.ts';
import { readRows } from './read-rows.ts';

export interface RefusedRow {
  readonly line: number;
  readonly sourceReference: string;
  readonly code: string;
  readonly message: string;
}

export interface ImportTotals {
  readonly rows: number;
  readonly imported: number;
  readonly alreadyImported: number;
  readonly refused: readonly RefusedRow[];
}

export interface ImportOptions {
  readonly file: string;
  readonly mapping: Mapping;
  readonly organizationId: string;
  readonly client: GraphClient;
  /** Called as the file is read and rows are answered for. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly rows: number }) => void;
}

/** The gateway takes 1 MiB per request, the mutation 500 rows. */
const batchBytes = 600_000;
const batchRows = 500;
/** A new organization is known to shipments when its event has arrived. */
const organizationAttempts = 20;

const importMutation = `mutation ImportShipments($input: ImportShipmentsInput!) {
  importShipments(input: $input) {
    imported alreadyImported refusals { line sourceReference code message } userErrors { code message } } }`;

interface ImportAnswer {
  readonly importShipments: {
    readonly imported: number;
    readonly alreadyImported: number;
    readonly refusals: readonly RefusedRow[];
    readonly userErrors: readonly { readonly code: string; readonly message: string }[];
  };
}

/** Streams a file into the graph, in batches; every row ends as imported, already imported or refused. */
export async function importFile(options: ImportOptions): Promise<ImportTotals> {
  const { file, mapping, onProgress } = options;
  const delimiter = mapping.delimiter ?? (['.tsv', '.tab'].includes(extname(file).toLowerCase()) ? '\t' : ',');
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
  };
  const refused: RefusedRow[] = [];
  let [read, imported, alreadyImported] = [0, 0, 0];
  const onMalformed = (line: number, message: string) => {
    if (refused.at(-1)?.line === line) return; // one row, several faults
    read += 1;
    refused.push({ line, sourceReference: '', code: 'MALFORMED', message });
  };
  const rows = readRows(file, { delimiter, encoding: mapping.encoding, onBytes, onMalformed });
  const header = await headerOf(rows, mapping);

  let batch: ImportRow[] = [];
  let size = 0;
  const flush = async () => {
    if (batch.length > 0) {
      const answer = await sendBatch(options, header, batch);
      imported += answer.imported;
      alreadyImported += answer.alreadyImported;
      refused.push(...answer.refusals);
    }
    batch = [];
    size = 0;
    onProgress?.({ bytes, rows: read });
  };
  for await (const row of rows) {
    read += 1;
    try {
      requireWhole(row.values, header.length);
      const mapped = mapRow(mapping, header, row);
      const length = Buffer.byteLength(JSON.stringify(mapped));
      if (batch.length === batchRows || size + length > batchBytes) await flush();
      batch.push(mapped);
      size += length;
    } catch (error) {
      if (!(error instanceof RowRefusal)) throw error;
      refused.push({ line: row.line, sourceReference: '', code: 'UNMAPPED', message: error.message });
    }
  }
  await flush();
  return { rows: read, imported, alreadyImported, refused: refused.toSorted((left, right) => left.line - right.line) };
}

/** Refuses rows that lost cells, or letters: what can't be decoded would be imported as question marks. */
function requireWhole(values: readonly string[], cells: number): void {
  if (values.length !== cells)
    throw new RowRefusal(`${cells} cells are required, as in the header; got ${values.length}`);
  if (values.some((value) => value.includes('\ufffd'))) {
    throw new RowRefusal('well-formed UTF-8 is required (or "encoding": "latin1" in the mapping); got other bytes');
  }
}

async function headerOf(
  rows: AsyncGenerator<{ values: readonly string[] }>,
  mapping: Mapping,
): Promise<readonly string[]> {
  const first = await rows.next();
  const header = first.done ? [] : first.value.values.map((column) => column.trim());
  const missing = missingColumns(mapping, header);
  if (missing.length === 0) return header;
  await rows.return(undefined);
  throw new ConfigurationError(
    `FILE: the columns ${missing.join(', ')} are required by the mapping; got ${header.join(', ') || 'an empty file'}`,
  );
}

async function sendBatch(
  { file, mapping, organizationId, client }: ImportOptions,
  columns: readonly string[],
  rows: readonly ImportRow[],
): Promise<ImportAnswer['importShipments']> {
  const input = { source: mapping.source, file: basename(file), organizationId, columns, rows };
  for (let attempt = 1; ; attempt++) {
    const { importShipments: answer } = await client.send<ImportAnswer>(importMutation, { input });
    const [fault] = answer.userErrors;
    if (!fault) return answer;
    if (fault.code !== 'NOT_FOUND' || attempt === organizationAttempts)
      throw new ConfigurationError(`import: ${fault.message}`);
    await pause(500);
  }
}
