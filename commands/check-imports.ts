import { join } from 'node:path';
import { readCommandLine } from '#shared/command-line.ts';
import { ConfigurationError } from '#shared/config.ts';
import { exitWith } from '#shared/exit.ts';
import { findEnvironmentReaders, findOffences } from './check-imports/offences.ts';
import { importRules } from './check-imports/rules.ts';
import { readSources } from './check-imports/source-file.ts';

/** Imports run one way: names each file of the product that breaks a rule of `check-imports/rules.ts`. */
try {
  readCommandLine({ call: 'npm run check:imports --', does: 'Checks the import rules of the project.', options: {} });
  const files = readSources(join(import.meta.dirname, '..'));
  const offences = [...findOffences(files, importRules), ...findEnvironmentReaders(files)];
  if (offences.length > 0) throw new ConfigurationError(offences.join('\n'));
  console.log(`Imports of ${files.length} files follow the rules.`);
} catch (error) {
  exitWith(error);
}
