import { ConfigurationError } from '#shared/runtime/config.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import type { ImportKind, ImportRow, RowFields, Sender } from './kinds/kind.ts';
import type { Mapping } from './mapping.ts';
import { readFile } from './read-file.ts';
import type { RefusedRow } from './refusal.ts';
import type { ImportTotals, KeptCell } from './totals.ts';

export interface ImportOptions<F extends RowFields> {
  readonly file: string;
  readonly kind: ImportKind<F>;
  readonly mapping: Mapping<F>;
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
export async function importFile<F extends RowFields>(options: ImportOptions<F>): Promise<ImportTotals> {
  const { file, kind, mapping, onProgress, client, organizationId } = options;
  let bytes = 0;
  const { columns, rows } = await readFile(file, kind, mapping, (count) => {
    bytes += count;
  });
  const sender: Sender = { client, organizationId, source: mapping.source, file, columns };
  const refused: RefusedRow[] = [];
  const kept: KeptCell[] = [];
  let [read, imported, alreadyImported] = [0, 0, 0];
  const totals = (): ImportTotals => {
    const byLine = refused.toSorted((left, right) => left.line - right.line);
    const refusedLines = new Set(refused.map(({ line }) => line));
    const ofImported = kept.filter(({ line }) => !refusedLines.has(line));
    return { rows: read, imported, alreadyImported, refused: byLine, kept: ofImported };
  };

  let batch: ImportRow[] = [];
  let size = 0;
  const flush = async () => {
    if (batch.length > 0) {
      const outcome = await kind.send(sender, batch);
      imported += outcome.imported;
      alreadyImported += outcome.alreadyImported;
      refused.push(...outcome.refused);
    }
    batch = [];
    size = 0;
    onProgress?.({ bytes, rows: read });
  };
  try {
    for await (const result of rows) {
      read += 1;
      if ('refusal' in result) {
        refused.push(result.refusal);
        continue;
      }
      const { line, row, keptTexts } = result;
      kept.push(...keptTexts.map((text) => ({ line, sourceReference: row.sourceReference, ...text })));
      const length = Buffer.byteLength(JSON.stringify(row));
      if (batch.length === batchRows || size + length > batchBytes) await flush();
      batch.push(row);
      size += length;
    }
    await flush();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StoppedImport(error.message, totals());
    throw error;
  }
  return totals();
}
