import { ConfigurationError } from '#shared/runtime/config.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import type { ImportKind, RowFields, Sender } from './kinds/kind.ts';
import type { Mapping } from './mapping.ts';
import { readFile } from './read-file.ts';
import { type ImportTotals, type SendableRow, Tally } from './totals.ts';

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
  const tally = new Tally();

  let batch: SendableRow[] = [];
  let size = 0;
  const flush = async () => {
    const sent = batch.map(({ row }) => row);
    if (sent.length > 0) tally.sent(batch, await kind.send(sender, sent));
    batch = [];
    size = 0;
    onProgress?.({ bytes, rows: tally.totals.rows });
  };
  try {
    for await (const result of rows) {
      const sendable = tally.read(result);
      if (!sendable) continue;
      const length = Buffer.byteLength(JSON.stringify(sendable.row));
      if (batch.length === batchRows || size + length > batchBytes) await flush();
      batch.push(sendable);
      size += length;
    }
    await flush();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StoppedImport(error.message, tally.totals);
    throw error;
  }
  return tally.totals;
}
