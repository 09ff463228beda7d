import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import type { Stage } from '../../../drills/topology/dockerfile.ts';
import { readIgnored } from '../../../drills/topology/dockerignore.ts';
import { parseSource } from '../../check-imports/source-file.ts';

/** What containers of the product run. `commands/subgraph.ts` imports the server of its subgraph. */
const programs = ['gateway/server.ts', 'commands/subgraph.ts', 'commands/migrate.ts', 'commands/healthcheck.ts'];
/** What operators run in a container: the commands of docs/settings.md. */
const commands = ['accounts', 'audit', 'import', 'keys', 'supergraph'].map((name) => `commands/${name}.ts`);
/** What they read besides their imports. */
const data = ['package.json', 'supergraph.yaml', 'schema/supergraph.graphql', 'schema/manifests'];

/** What the programs of the image need. */
export interface Needs {
  /** Paths from the root of the project. */
  readonly files: ReadonlySet<string>;
  /** Names of npm packages. */
  readonly packages: ReadonlySet<string>;
}

/** Follows the imports of the programs. */
export function needsOf(project: string): Needs {
  const files = new Set([...programs, ...commands, ...globSync('subgraphs/*/server.ts', { cwd: project }), ...data]);
  const packages = new Set<string>();
  for (const path of files) {
    if (!path.endsWith('.ts') || !existsSync(join(project, path))) continue;
    const { text, imports } = parseSource(path, readFileSync(join(project, path), 'utf8'));
    for (const file of readBy(path, text)) if (existsSync(join(project, file))) files.add(file);
    for (const { target, typeOnly } of imports) {
      if (typeOnly || target.startsWith('node:')) continue;
      if (existsSync(join(project, target))) files.add(target);
      else packages.add(packageOf(target));
    }
  }
  return { files, packages };
}

/** Files that a program names by their place beside it. A folder, such as the project itself, is none. */
const readBy = (path: string, text: string): readonly string[] =>
  [...text.matchAll(/\bimport\.meta\.dirname, '([^']+\.\w+)'/g)].map(([, target = '']) => join(dirname(path), target));

const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');

/** The image has every file and package that its programs need. `check:unused` compares packages with the dependencies. */
export function* findAbsent(project: string, stages: readonly Stage[]): Iterable<string> {
  const { files, packages } = needsOf(project);
  const ignores = readIgnored(project);
  const copied = stages.at(-1)?.steps.flatMap((step) => (step.kind === 'copy' ? step.sources : [])) ?? [];
  const isCopied = (file: string) => copied.some((source) => file === source || file.startsWith(`${source}/`));
  const absent = [...files].filter((file) => !isCopied(file));
  const ignored = [...files].filter(ignores);
  const unused = globSync('commands/*.ts', { cwd: project }).filter((file) => isCopied(file) && !files.has(file));
  if (absent.length > 0) yield `the image lacks ${shown(absent)}`;
  if (unused.length > 0) yield `the image has ${unused.join(', ')}, which cannot start there`;
  if (ignored.length > 0) yield `.dockerignore leaves out ${shown(ignored)}`;
  if (!copied.some((source) => source.endsWith('/node_modules'))) yield 'the image lacks node_modules';
  const removed = stages.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'run' ? removedBy(step.script) : [])),
  );
  for (const name of packages)
    if (removed.some((pattern) => matchesGlob(`node_modules/${name}`, pattern)))
      yield `RUN removes ${name}, which the programs of the image import`;
}

const removedBy = (script: string): readonly string[] =>
  [...script.matchAll(/\brm -rf ([^&;]+)/g)].flatMap(([, paths = '']) => paths.trim().split(/[\s\\]+/));

const shown = (files: readonly string[]): string =>
  `${files.length} files that its programs need, such as ${files.slice(0, 3).join(', ')}`;
