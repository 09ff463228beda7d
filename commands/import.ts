import { statSync } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { type ImportArguments, readArguments } from './import/arguments.ts';
import { importFile, StoppedImport } from './import/import-file.ts';
import { readMapping } from './import/mapping.ts';
import { organizationNamed } from './import/organization.ts';
import { exitCodeOf, summaryOf, writeReport } from './import/report.ts';
import { signIn } from './import/sign-in.ts';
import type { ImportTotals } from './import/totals.ts';

/** `npm run import -- shipments FILE`: imports delivered shipments of another system through the gateway. */
async function run(options: ImportArguments): Promise<ImportTotals> {
  const { file, url, email, password } = options;
  const mapping = readMapping(options.mapping);
  const name = options.organization === undefined ? mapping.organization : undefined;
  const scopes = ['shipments:import', ...(name === undefined ? [] : ['access:read', 'access:write'])];
  const client = await signIn({ url, email, password, scopes });
  const organizationId = name === undefined ? options.organization : await organizationNamed(client, name);
  if (!organizationId)
    throw new ConfigurationError('--organization: an id is required, because the mapping names no organization');

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

function report(path: string, totals: ImportTotals): void {
  console.log(summaryOf(totals, path));
  writeReport(path, totals);
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2), process.env);
  try {
    const totals = await run(options);
    report(options.report, totals);
    process.exitCode = exitCodeOf(totals);
  } catch (error) {
    if (error instanceof StoppedImport) report(options.report, error.totals);
    throw error;
  }
}

main().catch(exitWith);
