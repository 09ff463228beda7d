import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { CompositionError, composeSupergraph } from '../gateway/supergraph/compose.ts';

/** `npm run compose` writes schema/supergraph.graphql. With `--check` it only checks that the file is current. */
const command = {
  call: 'npm run compose --',
  does: 'Writes schema/supergraph.graphql from the SDL files that supergraph.yaml names.',
  options: {
    check: { type: 'boolean', default: false, help: 'writes nothing, fails when the file is stale' },
    root: {
      type: 'string',
      value: 'FOLDER',
      default: join(import.meta.dirname, '..'),
      help: 'where supergraph.yaml is',
    },
  },
} as const;

function compose(root: string): string {
  const entries = readSupergraphYaml(pathToFileURL(join(root, 'supergraph.yaml')));
  return composeSupergraph(
    entries.map(({ name, url, schemaFile }) => ({ name, url, sdl: readSdl(root, name, schemaFile) })),
  );
}

function readSdl(root: string, name: string, file: string): string {
  try {
    return readFileSync(resolve(root, file), 'utf8');
  } catch {
    throw new ConfigurationError(`supergraph.yaml needs a readable SDL file for ${name}. ${file} is none.`);
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

try {
  const { values: flags } = readCommandLine(command);
  const file = join(flags.root, 'schema/supergraph.graphql');
  const composed = compose(flags.root);
  if (!flags.check) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, composed);
    console.log(`${file} is written.`);
  } else if (readIfPresent(file) !== composed) {
    throw new ConfigurationError('schema/supergraph.graphql is stale: run `npm run compose` and commit the file.');
  }
} catch (error) {
  exitWith(error instanceof CompositionError ? new ConfigurationError(error.message) : error);
}
