import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { buildManifests, type ManifestFile } from './documents/client-manifests.ts';

/** `npm run documents` writes schema/manifests. With `--check` it only checks that the files are current. */
const command = {
  call: 'npm run documents --',
  does: 'Writes schema/manifests/CLIENT.json and CLIENT.relay.json from the operations in schema/operations/CLIENT.',
  options: {
    check: { type: 'boolean', default: false, help: 'writes nothing, fails when a file is stale' },
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
  const { values: flags } = readCommandLine(command);
  const folder = join(flags.root, 'schema/manifests');
  const files = buildManifests(join(flags.root, 'schema/operations'));
  if (flags.check) requireCurrent(folder, files);
  else write(folder, files);
} catch (error) {
  exitWith(error);
}
