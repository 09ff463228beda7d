import { statSync } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';
import { ConfigurationError } from '#shared/config.ts';
import { exitWith } from '#shared/exit.ts';
import { type ImportArguments, readArguments } from './import/arguments.ts';
import { signedInClient } from './import/graph-client.ts';
import { type ImportTotals, importFile } from './import/import-file.ts';
import { readMapping } from './import/mapping.ts';
import { organizationNamed } from './import/organization.ts';
import { summaryOf, writeReport } from './import/report.ts';

/** `npm run import -- shipments FILE`: delivered shipments of another system, through the gateway. */
async function run(options: ImportArguments): Promise<ImportTotals> {
  const { file, url, email, password } = options;
  const mapping = readMapping(options.mapping);
  const client = await signedInClient(url, email, password);
  const organizationId =
    options.organization ?? (mapping.organization && (await organizationNamed(client, mapping.organization)));
  if (!organizationId) throw new ConfigurationError('--organization: an id is required; the mapping names none either');

  const bar = new SingleBar(
    { format: '{bar} {percentage}% | {rows} rows | {duration} s', clearOnComplete: false },
    Presets.shades_classic,
  );
  bar.start(statSync(file).size, 0, { rows: 0 });
  try {
    return await importFile({
      file,
      mapping,
      organizationId,
      client,
      onProgress: ({ bytes, rows }) => bar.update(bytes, { rows }),
    });
  } finally {
    bar.stop();
  }
}

try {
  const options = readArguments(process.argv.slice(2), process.env);
  const totals = await run(options);
  writeReport(options.report, totals);
  console.log(summaryOf(totals, options.report));
  // Some rows were refused: the report says which.
  process.exitCode = totals.refused.length === 0 ? 0 : 2;
} catch (error) {
  exitWith(error);
}
