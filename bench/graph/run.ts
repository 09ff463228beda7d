/** Requests per second and p95 of typical operations through the gateway on the seeded product. See README.md. */
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { runGrowth } from './growth/run-growth.ts';
import { measure, type Row } from './measure.ts';
import { operations } from './operations.ts';
import { type Options, readOptions } from './options.ts';
import { attach, type Measured, startThrowaway } from './product.ts';
import { startSeparate } from './separate.ts';
import { renderTable } from './table.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  const options = readOptions(process.argv.slice(2));
  if (!options.slim) await bench(options);
  else if (!(await runGrowth(options.shipments, options.only))) process.exitCode = 1;
} catch (error) {
  if (!interrupted.signal.aborted) exitWith(error);
  process.exitCode = 130;
}

function productOf({ url, separate, shipments: [shipments] }: Options): Measured | Promise<Measured> {
  if (url) return attach(url);
  return separate ? startSeparate(shipments) : startThrowaway({ shipments });
}

async function bench(options: Options): Promise<void> {
  const selected = operations.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  if (selected.length === 0) {
    const names = operations.map(({ name }) => name).join(', ');
    throw needs('--only', `names among ${names}`, options.only.join(', '));
  }
  const measured = await productOf(options);
  const rows: Row[] = [];
  try {
    for (const operation of selected) rows.push(await measure(operation, measured, options, interrupted.signal));
  } finally {
    await measured.close();
  }
  console.log(renderTable(rows));
  const failed = rows.filter((row) => row.failed > 0);
  if (failed.length === 0) return;
  console.error(
    `Some requests failed. See the column "failed" of ${failed.map((row) => row.operation.name).join(', ')}.`,
  );
  process.exitCode = 1;
}
