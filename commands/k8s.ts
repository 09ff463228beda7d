import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { writtenFiles } from './k8s/written-files.ts';

const command = {
  call: 'npm run k8s --',
  does: 'Writes the files of k8s that repeat themselves: those of every process, and network policies and docs/operations/network.md from k8s/edges.yaml.',
  options: { check: { type: 'boolean', default: false, help: 'writes nothing, fails when a file is stale' } },
} as const;

const project = join(import.meta.dirname, '..');

try {
  const { values } = readCommandLine(command);
  const stale = writtenFiles(project).filter(({ path, text }) => readIfPresent(join(project, path)) !== text);
  if (values.check && stale.length > 0)
    throw new ConfigurationError(
      stale.map(({ path }) => `${path} is stale: run \`npm run k8s\` and commit the file.`).join('\n'),
    );
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
    console.log(`${path} is written.`);
  }
} catch (error) {
  exitWith(error);
}

function readIfPresent(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
