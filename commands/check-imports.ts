import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { findEnvironmentReaders, findOffences, findUnknownPaths } from './check-imports/offences.ts';
import { importRules, testRules } from './check-imports/rules.ts';
import { readSources, readTests } from './check-imports/source-file.ts';
import { findRoomFaults, readSubgraphFolders } from './check-imports/subgraph-rooms.ts';

/** Names each file that breaks a rule of `check-imports/`: imports run one way, and all subgraphs have the same rooms. */
try {
  readCommandLine({
    call: 'npm run check:imports --',
    does: 'Checks the import rules of the project and the rooms of its subgraphs.',
    options: {},
  });
  const root = join(import.meta.dirname, '..');
  const files = readSources(root);
  const tests = readTests(root);
  const offences = [
    ...findOffences(files, importRules),
    ...findOffences(tests, testRules),
    ...findUnknownPaths(files, importRules),
    ...findEnvironmentReaders(files),
    ...findRoomFaults(readSubgraphFolders(root)),
  ];
  if (offences.length > 0) throw new ConfigurationError(offences.join('\n'));
  console.log(`Imports of ${files.length + tests.length} files follow the rules.`);
} catch (error) {
  exitWith(error);
}
