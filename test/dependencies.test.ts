import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** package.json lists what the product needs, and nothing else: this test reads the imports of every file. */
const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(resolve(root, file), 'utf8');
const { dependencies, devDependencies, optionalDependencies, engines } = JSON.parse(read('package.json'));

/** Packages that files name other than by an import, or that stand for a peer of another package. */
const unimported = {
  node: 'the runtime of every script',
  'graphql-subscriptions': 'peer of graphql-redis-subscriptions',
  graphiql: 'served by gateway/explorer',
  react: 'served by gateway/explorer',
  'react-dom': 'served by gateway/explorer',
};

interface PackageImport {
  readonly file: string;
  readonly name: string;
  readonly typeOnly: boolean;
}

const statement =
  /^(?:import|export)( type)? [^;]*?from '([^']+)'|(?:import|require)\(\s*'([^']+)'|^import '([^']+)'/gm;
const packageName = /^(@[a-z\d][\w.-]*\/)?[a-z\d][\w.-]*(?=\/|$)/;
const files = globSync('{gateway,subgraphs,commands,bench,test}/**/*.ts', { cwd: root });
const imports = files
  .filter((file) => !file.includes('node_modules'))
  .flatMap((file) =>
    [...read(file).matchAll(statement)].map(([, type, ...targets]): PackageImport => {
      const target = targets.find((name) => name !== undefined) ?? '';
      const name = target.startsWith('node:') ? '' : (packageName.exec(target)?.[0] ?? '');
      return { file, name, typeOnly: type !== undefined };
    }),
  )
  .filter(({ name }) => name !== '');
const namesOf = (some: readonly PackageImport[]) => new Set(some.map(({ name }) => name));
const ofProduct = imports.filter(({ file }) => /^(gateway|subgraphs|commands)\/(?!.*\/?test\/)/.test(file));
const atRuntime = namesOf(ofProduct.filter(({ typeOnly }) => !typeOnly));
const anywhere = namesOf(imports);

describe('dependencies', () => {
  test('what the product imports is a dependency', () => {
    const missing = [...atRuntime].filter((name) => !Object.hasOwn(dependencies, name));
    expect(missing).toEqual([]);
  });

  test('every dependency is imported by the product, not by tests and benches alone', () => {
    const unused = Object.keys(dependencies).filter((name) => !atRuntime.has(name) && !Object.hasOwn(unimported, name));
    expect(unused).toEqual([]);
  });

  test('what only types, tests and benches import is at least a development dependency', () => {
    const known = { ...dependencies, ...devDependencies };
    expect([...anywhere].filter((name) => !Object.hasOwn(known, name))).toEqual([]);
  });

  test('versions are exact, and the lockfile names no registry', () => {
    const versions = Object.values<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });

  test('the README asks for the Node that package.json asks for', () => {
    expect(`>=${/Node (\d+) or newer/.exec(read('README.md'))?.[1]}`).toBe(engines.node);
  });
});
