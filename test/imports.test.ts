import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** Imports run one way: this test reads every import line and names the file that breaks the rule. */
const root = resolve(import.meta.dirname, '..');
const files = globSync('{gateway,subgraphs,commands}/**/*.ts', { cwd: root }).filter(
  (file) => !/(^|\/)(test|node_modules)\//.test(file),
);

interface Import {
  readonly from: string;
  readonly to: string;
  /** It vanishes when types are stripped: nothing runs because of it. */
  readonly typeOnly: boolean;
}

const imports: Import[] = files.flatMap((from) => {
  const statements = readFileSync(join(root, from), 'utf8').matchAll(
    /(?:^(import|export)( type)? [^;]*?from |import\s*\(?\s*)'((?:\.|#shared)[^']*)'/gm,
  );
  return [...statements].map(([, , type, target = '']) => ({
    from,
    to: target.startsWith('#shared/')
      ? target.replace('#shared/', 'subgraphs/shared/')
      : relative(root, resolve(root, dirname(from), target)),
    typeOnly: type !== undefined,
  }));
});

const roomOf = (file: string) => file.split('/').slice(0, 2).join('/');
const inRoom = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
function offenders(rule: (edge: Import) => boolean): string[] {
  return imports.filter((edge) => !rule(edge)).map(({ from, to }) => `${from} imports ${to}`);
}

/** Rooms of a subgraph from the bottom up: a file imports rooms below its own only. */
const rooms = ['entities', 'domain', 'store', 'events', 'loaders', 'resolvers', 'rules', 'subgraph', 'server'];
function roomIndex(file: string): number {
  const [, , room = ''] = file.split('/');
  return rooms.indexOf(room.replace(/\.ts$/, ''));
}

describe('imports run one way', () => {
  test('the files were found', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test('shared imports no subgraph and nothing of the gateway', () => {
    expect(offenders(({ from, to }) => !inRoom('subgraphs/shared')(from) || inRoom('subgraphs/shared')(to))).toEqual(
      [],
    );
  });

  test('no subgraph imports a sibling or the gateway', () => {
    const allowed = ({ from, to }: Import) =>
      !from.startsWith('subgraphs/') || roomOf(to) === roomOf(from) || inRoom('subgraphs/shared')(to);
    expect(offenders(allowed)).toEqual([]);
  });

  test('inside a subgraph a file imports rooms below its own', () => {
    const allowed = ({ from, to, typeOnly }: Import) => {
      if (!from.startsWith('subgraphs/') || roomOf(from) !== roomOf(to)) return true;
      const [upper, lower] = [roomIndex(from), roomIndex(to)];
      // Tables are described in the words of the rules, and rules speak of rows.
      if (typeOnly && Math.max(upper, lower) <= rooms.indexOf('domain')) return true;
      return upper === -1 || lower === -1 || lower <= upper;
    };
    expect(offenders(allowed)).toEqual([]);
  });

  test('domain rules know no GraphQL, no ORM and no I/O', () => {
    const domain = files.filter((file) => /^subgraphs\/[^/]+\/domain\//.test(file));
    const impure = domain.filter((file) =>
      /from '(graphql|@mikro-orm|@apollo|pg|node:(fs|net|http))/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(domain.length).toBeGreaterThan(5);
    expect(impure).toEqual([]);
  });

  test('the gateway imports leaves of shared only', () => {
    const leaves = [
      'client-network',
      'command-line',
      'config',
      'error-code',
      'errors',
      'exit',
      'explain',
      'foreign-keys',
      'health',
      'identity',
      'key-settings',
      'ids',
      'keys',
      'log',
      'loopback',
      'masking',
      'metrics',
      'tracing',
      'ports',
      'process-secrets',
      'pubsub',
      'run-process',
      'secrets',
      'settings',
      'supergraph-yaml',
      'tokens',
    ];
    const allowed = ({ from, to }: Import) =>
      !from.startsWith('gateway/') ||
      to.startsWith('gateway/') ||
      leaves.some((leaf) => to === `subgraphs/shared/${leaf}.ts`);
    expect(offenders(allowed)).toEqual([]);
  });

  test('the engine imports nothing of the gateway around it', () => {
    expect(offenders(({ from, to }) => !inRoom('gateway/engine')(from) || inRoom('gateway/engine')(to))).toEqual([]);
  });

  test('the environment is read in configuration files only', () => {
    const readers = files.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), 'utf8')));
    const allowed = [
      /^(gateway|subgraphs\/[a-z]+)\/config\.ts$/,
      /^subgraphs\/shared\/(product-config|subgraph-config|postgres\/programs)\.ts$/,
      /^commands\//,
    ];
    expect(readers.filter((file) => !allowed.some((pattern) => pattern.test(file)))).toEqual([]);
  });
});
