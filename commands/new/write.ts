import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SubgraphPlan } from './plan.ts';

/** Writes all files of a plan in the format of the project, or none when one fails. */
export function write(root: string, { folder, files }: SubgraphPlan): void {
  const paths = [...files.keys()];
  const before = paths
    .filter((path) => !path.startsWith(`${folder}/`))
    .map((path) => [path, read(root, path)] as const);
  mkdirSync(join(root, folder));
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    format(root, paths);
  } catch (error) {
    rmSync(join(root, folder), { recursive: true, force: true });
    for (const [path, text] of before) writeFileSync(join(root, path), text);
    throw error;
  }
}

function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function format(root: string, paths: readonly string[]): void {
  const formatted = paths.filter((path) => /\.ts$|^subgraphs\/.*\.graphql$/.test(path));
  execFileSync(join(root, 'node_modules/.bin/biome'), ['check', '--write', ...formatted], { cwd: root, stdio: 'pipe' });
}
