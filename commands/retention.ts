import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { retentionOfSchemas } from './retention/of-schemas.ts';
import { insertTable } from './retention/render.ts';

const command = {
  call: 'npm run retention --',
  does: 'Writes the table of docs/guides/personal-data.md from the retention of the subgraphs.',
  options: {},
} as const;

try {
  readCommandLine(command);
  const guide = resolve(import.meta.dirname, '../docs/guides/personal-data.md');
  writeFileSync(guide, insertTable(readFileSync(guide, 'utf8'), retentionOfSchemas));
  console.log('The table of docs/guides/personal-data.md is written.');
} catch (error) {
  exitWith(error);
}
