import { extname } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import { cellsOf, columnsOf } from './cells.ts';
import { type ImportRow, mapRow, sourceReferenceOf } from './map-row.ts';
import type { Mapping } from './mapping.ts';
import { readRows, type SourceRow } from './read-rows.ts';
import { type RefusedRow, RowRefusal } from './refusal.ts';
import { type Shipper, sendBatch } from './send-batch.ts';

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
  /** Called after each batch. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly rows: number }) => void;
}

/** The import stopped before the end of the file. Imported rows stay imported. */
export class StoppedImport extends ConfigurationError {
  override name = 'StoppedImport';
  readonly totals: ImportTotals;

  constructor(reason: string, totals: ImportTotals) {
    super(reason);
    this.totals = totals;
  }
}

/** The gateway accepts 1 MiB per request, the mutation 500 rows. */
const batchBytes = 600_000;
const batchRows = 500;

/**
 * Streams a file into the graph, in batches. Every row ends as imported, already imported or refused.
 * @throws StoppedImport
 */
export async function importFile(options: ImportOptions): Promise<ImportTotals> {
  const { file, mapping, onProgress, client, organizationId } = options;
  const delimiter = mapping.delimiter ?? (['.tsv', '.tab'].includes(extname(file).toLowerCase()) ? '\t' : ',');
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
  };
  const refused: RefusedRow[] = [];
  let [read, imported, alreadyImported] = [0, 0, 0];
  const rows = readRows(file, { delimiter, encoding: mapping.encoding, onBytes });
  const header = await headerOf(rows, mapping);
  const shipper: Shipper = { client, organizationId, source: mapping.source, file, columns: header };
  const totals = (): ImportTotals => {
    const byLine = refused.toSorted((left, right) => left.line - right.line);
    return { rows: read, imported, alreadyImported, refused: byLine };
  };

  let batch: ImportRow[] = [];
  let size = 0;
  const flush = async () => {
    if (batch.length > 0) {
      const outcome = await sendBatch(shipper, batch);
      imported += outcome.imported;
      alreadyImported += outcome.alreadyImported;
      refused.push(...outcome.refused);
    }
    batch = [];
    size = 0;
    onProgress?.({ bytes, rows: read });
  };
  try {
    for await (const row of rows) {
      read += 1;
      const mapped = mapOrRefuse(mapping, header, row);
      if (mapped instanceof RowRefusal) {
        refused.push(mapped.at(row.line, sourceReferenceOf(mapping, cellsOf(header, row.values))));
        continue;
      }
      const length = Buffer.byteLength(JSON.stringify(mapped));
      if (batch.length === batchRows || size + length > batchBytes) await flush();
      batch.push(mapped);
      size += length;
    }
    await flush();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StoppedImport(error.message, totals());
    throw error;
  }
  return totals();
}

function mapOrRefuse(
  mapping: Mapping,
  header: readonly string[],
  { line, values, fault }: SourceRow,
): ImportRow | RowRefusal {
  if (fault !== undefined) return new RowRefusal('MALFORMED', fault);
  try {
    requireWhole(values, header.length);
    return mapRow(mapping, cellsOf(header, values), line, values);
  } catch (error) {
    if (error instanceof RowRefusal) return error;
    throw error;
  }
}

/** Refuses rows with a wrong number of cells, and rows that are not UTF-8, which would be imported with question marks. */
function requireWhole(values: readonly string[], cells: number): void {
  if (values.length !== cells) {
    throw new RowRefusal('UNMAPPED', `${cells} cells are required, as in the header; got ${values.length}`);
  }
  if (values.some((value) => value.includes('\ufffd'))) {
    const message = 'well-formed UTF-8 is required (or "encoding": "latin1" in the mapping); got other bytes';
    throw new RowRefusal('UNMAPPED', message);
  }
}

async function headerOf(rows: AsyncGenerator<SourceRow>, mapping: Mapping): Promise<readonly string[]> {
  const first = await rows.next();
  const header = first.done ? [] : first.value.values.map((column) => column.trim());
  const fault = first.done ? undefined : first.value.fault;
  const missing = [...columnsOf(mapping.fields)].filter((column) => !header.includes(column));
  if (missing.length === 0 && fault === undefined) return header;
  await rows.return(undefined);
  if (fault !== undefined) throw new ConfigurationError(`FILE: a header in CSV is required; ${fault}`);
  throw new ConfigurationError(
    `FILE: the columns ${missing.join(', ')} are required by the mapping; got ${header.join(', ') || 'an empty file'}`,
  );
}
