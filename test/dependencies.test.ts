import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** Rules for package.json and the lockfile. `npm run check:unused` compares the dependencies with the imports of files. */
const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(resolve(root, file), 'utf8');
const { dependencies, devDependencies, optionalDependencies, engines } = JSON.parse(read('package.json'));

describe('dependencies', () => {
  test('versions are exact, and the lockfile names no registry', () => {
    const versions = Object.values<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });

  test('the README and package.json require the same Node', () => {
    expect(`>=${/Node (\d+) or newer/.exec(read('README.md'))?.[1]}`).toBe(engines.node);
  });
});
