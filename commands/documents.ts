import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { checkSupergraph } from './documents/check-supergraph.ts';
import { buildManifests, type ManifestFile } from './documents/client-manifests.ts';
import { talkToGraph } from './documents/talk-to-graph.ts';

/**
 * `npm run documents` writes schema/manifests. With `--check` it only checks that the files are current. `register FILE` and `retire ID` change what a
 * running graph trusts.
 */
const command = {
  call: 'npm run documents --',
  does: 'Writes schema/manifests/CLIENT.json and CLIENT.relay.json from the operations in schema/operations/CLIENT. `register FILE` registers the documents of a manifest in a running graph, `retire ID` gives notice of one.',
  takes: '[register FILE | retire ID]',
  options: {
    check: { type: 'boolean', default: false, help: 'writes nothing, fails when a file is stale' },
    supergraph: {
      type: 'string',
      value: 'FILE',
      help: 'with --check: fails when this supergraph would damage documents of manifests or registered ones',
    },
    against: {
      type: 'string',
      value: 'FILE',
      help: 'with --supergraph: the supergraph that serves now; default: schema/supergraph.graphql',
    },
    json: { type: 'string', value: 'FILE', writes: 'file', help: 'with --supergraph: where the findings are written' },
    key: { type: 'string', value: 'KEY', help: 'API key for register and retire' },
    url: { type: 'string', value: 'URL', default: 'http://127.0.0.1:4000/graphql', help: 'address of the graph' },
    'client-name': { type: 'string', value: 'NAME', help: 'for register; default: the name of the file' },
    'client-version': { type: 'string', value: 'VERSION', default: '1', help: 'for register' },
    'dry-run': { type: 'boolean', default: false, help: 'with register: prices the documents and registers none' },
    root: {
      type: 'string',
      value: 'FOLDER',
      default: join(import.meta.dirname, '..'),
      help: 'the project, or a copy of it',
    },
  },
} as const;

function write(folder: string, files: readonly ManifestFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of namesIn(folder)) if (!files.some((file) => file.name === name)) rmSync(join(folder, name));
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  console.log(`${folder}: ${files.map(({ name }) => name).join(', ')} are written.`);
}

/** @throws ConfigurationError */
function requireCurrent(folder: string, files: readonly ManifestFile[]): void {
  const stale = files.filter(({ name, text }) => readIfPresent(join(folder, name)) !== text).map(({ name }) => name);
  const left = namesIn(folder).filter((name) => !files.some((file) => file.name === name));
  const wrong = [...stale, ...left];
  if (wrong.length === 0) return;
  throw new ConfigurationError(
    `schema/manifests: ${wrong.join(', ')} ${wrong.length > 1 ? 'are' : 'is'} stale. Run \`npm run documents\` and commit the files.`,
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
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
  const { values: flags, positionals } = readCommandLine(command);
  const folder = join(flags.root, 'schema/manifests');
  if (positionals.length > 0) {
    const { 'client-name': clientName, 'client-version': clientVersion, 'dry-run': dryRun } = flags;
    await talkToGraph(positionals, flags, { clientName, clientVersion, dryRun });
  } else if (flags.check && flags.supergraph !== undefined) {
    const { root, supergraph, json, against = join(root, 'schema/supergraph.graphql') } = flags;
    console.log(await checkSupergraph({ root, supergraph, against, json }));
  } else {
    const files = buildManifests(join(flags.root, 'schema/operations'));
    if (flags.check) requireCurrent(folder, files);
    else write(folder, files);
  }
} catch (error) {
  exitWith(error);
}
