import { statSync } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { type ImportArguments, readArguments } from './import/arguments.ts';
import { describeDryRun, dryRun } from './import/dry-run.ts';
import { importFile, StoppedImport } from './import/import-file.ts';
import { drivers } from './import/kinds/drivers.ts';
import type { ImportKind, RowFields } from './import/kinds/kind.ts';
import { loads } from './import/kinds/loads.ts';
import { shipments } from './import/kinds/shipments.ts';
import { vehicles } from './import/kinds/vehicles.ts';
import { type Mapping, readMapping } from './import/mapping.ts';
import { organizationNamed } from './import/organization.ts';
import { exitCodeOf, summaryOf, writeReport } from './import/report.ts';
import { signIn } from './import/sign-in.ts';
import type { ImportTotals } from './import/totals.ts';

/** `npm run import -- KIND FILE`: imports records of another system through the gateway. */
async function run<F extends RowFields>(kind: ImportKind<F>, options: ImportArguments): Promise<ImportTotals> {
  const mapping = readMapping(options.mapping, kind);
  if (!options.dryRun) return importInto(kind, mapping, options);
  const result = await dryRun(options.file, kind, mapping, new Date());
  const description = describeDryRun(result);
  if (description !== '') console.log(description);
  return result.totals;
}

async function importInto<F extends RowFields>(
  kind: ImportKind<F>,
  mapping: Mapping<F>,
  options: ImportArguments,
): Promise<ImportTotals> {
  const { file, url, email, password, code } = options;
  const name = kind.hasOrganization && options.organization === undefined ? mapping.organization : undefined;
  const scopes = [...kind.scopes, ...(name === undefined ? [] : ['access:read', 'access:write'])];
  const client = await signIn({ url, email, password, code, scopes });
  const organizationId = name === undefined ? (options.organization ?? '') : await organizationNamed(client, name);
  if (kind.hasOrganization && organizationId === '')
    throw new ConfigurationError(
      '--organization: Give the id of the customer, because the mapping names no organization.',
    );

  const bar = new SingleBar(
    { format: '{bar} {percentage}% | {rows} rows | {duration} s', clearOnComplete: false },
    Presets.shades_classic,
  );
  bar.start(statSync(file).size, 0, { rows: 0 });
  try {
    return await importFile({
      file,
      kind,
      mapping,
      organizationId,
      client,
      onProgress: ({ bytes, rows }) => bar.update(bytes, { rows }),
    });
  } finally {
    bar.stop();
  }
}

function runAs(options: ImportArguments): Promise<ImportTotals> {
  switch (options.kind) {
    case 'shipments':
      return run(shipments, options);
    case 'loads':
      return run(loads, options);
    case 'drivers':
      return run(drivers, options);
    case 'vehicles':
      return run(vehicles, options);
  }
}

function report(options: ImportArguments, totals: ImportTotals): void {
  console.log(summaryOf(totals, options));
  writeReport(options.report, totals);
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2), process.env);
  try {
    const totals = await runAs(options);
    report(options, totals);
    process.exitCode = exitCodeOf(totals);
  } catch (error) {
    if (error instanceof StoppedImport) report(options, error.totals);
    throw error;
  }
}

main().catch(exitWith);
