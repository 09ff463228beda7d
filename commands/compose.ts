import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '#shared/config.ts';
import { readSupergraphYaml } from '#shared/supergraph-yaml.ts';
import { CompositionError, composeSupergraph } from '../gateway/supergraph/compose.ts';

/** `npm run compose` writes schema/supergraph.graphql; with `--check` it only says whether that file is current. */
const { values: flags } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dirname, '..') },
  },
});

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
    throw new ConfigurationError(`supergraph.yaml: a readable SDL file is required for ${name}; got ${file}`);
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
  if (!(error instanceof CompositionError) && !(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
