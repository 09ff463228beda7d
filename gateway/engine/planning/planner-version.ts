import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Folders of the engine whose code decides what a plan looks like. */
const folders = ['.', '../document', '../supergraph'];
const packages = ['@apollo/query-planner', '@apollo/federation-internals', 'graphql'];

/** Made once: the code of a process does not change. */
let known: string | undefined;

/** A hash of the code that makes plans. Plans of another version are made anew, because a release may mend the planner. */
export function plannerVersion(): string {
  known ??= hashCode();
  return known;
}

function hashCode(): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const path = new URL(`${folder}/`, import.meta.url);
    const names = readdirSync(path).filter((name) => name.endsWith('.ts'));
    for (const name of names.sort()) hash.update(name).update(readFileSync(new URL(name, path)));
  }
  const require = createRequire(import.meta.url);
  for (const name of packages) hash.update(String(require(`${name}/package.json`).version));
  return hash.digest('hex');
}
