import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

export interface Import {
  /** A path from the root of the project, or the name of a package. */
  readonly target: string;
  /** The import vanishes when types are stripped, so it loads nothing. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Path from the root of the project. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const statement =
  /(?:^(?:import|export)( type)? [^;]*?from |^import |\bimport\s*\(\s*|\bimport\.meta\.resolve\(\s*)'([^']+)'/gm;

export function parseSource(path: string, text: string): SourceFile {
  const imports = [...text.matchAll(statement)].map(([, type, target = '']) => ({
    target: resolveTarget(path, target),
    typeOnly: type !== undefined,
  }));
  return { path, text, imports };
}

function resolveTarget(from: string, target: string): string {
  if (target.startsWith('#shared/')) return target.replace('#shared/', 'subgraphs/shared/');
  return target.startsWith('.') ? join(dirname(from), target).replaceAll(sep, '/') : target;
}

/** The files of the product, without tests. */
export function readSources(root: string): SourceFile[] {
  return readFiles(root, '{gateway,subgraphs,commands,drills,release,demo,client}/**/*.ts').filter(
    ({ path }) => !isTest(path),
  );
}

/** The files of tests and benches. */
export function readTests(root: string): SourceFile[] {
  const tests = readFiles(root, '{gateway,subgraphs,commands,drills,release,demo,client}/**/test/**/*.ts');
  return [...tests, ...readFiles(root, '{bench,test}/**/*.ts')];
}

function readFiles(root: string, pattern: string): SourceFile[] {
  return globSync(pattern, { cwd: root })
    .filter((path) => !/(?:^|\/)node_modules\//.test(path))
    .map((path) => parseSource(relative(root, resolve(root, path)), readFileSync(join(root, path), 'utf8')));
}

const isTest = (path: string): boolean => /(?:^|\/)test\//.test(path);
