import { processes } from '../settings/processes.ts';

/** A process of the product in a container. */
export type ProductProcess =
  | { readonly kind: 'gateway' }
  | { readonly kind: 'subgraph'; readonly name: string }
  | { readonly kind: 'migrate' };

/** Settings of Node itself, which the image or its operator sets. */
const nodeSettings = ['NODE_OPTIONS', 'MALLOC_ARENA_MAX'];

const titles: Readonly<Record<ProductProcess['kind'], readonly string[]>> = {
  gateway: ['npm run gateway'],
  subgraph: ['npm run subgraph -- NAME'],
  migrate: ['npm run migrate'],
};

/** @returns the process that `node` with these arguments runs, or undefined for a program that the image does not run */
export function processOf([file, name]: readonly string[]): ProductProcess | undefined {
  if (file === 'gateway/server.ts') return { kind: 'gateway' };
  if (file === 'commands/migrate.ts') return { kind: 'migrate' };
  return file === 'commands/subgraph.ts' && name ? { kind: 'subgraph', name } : undefined;
}

/** @returns true if the process reads a setting of this name */
export function knowsSetting(process: ProductProcess, setting: string): boolean {
  const own = process.kind === 'subgraph' && process.name === 'access' ? ['npm run subgraph -- access'] : [];
  const wanted = new Set([...titles[process.kind], ...own]);
  const known = processes.filter(({ title }) => wanted.has(title)).flatMap(({ settings }) => Object.keys(settings));
  return [...known, ...nodeSettings].some((name) =>
    name.endsWith('<NAME>') ? setting.startsWith(name.slice(0, -'<NAME>'.length)) : name === setting,
  );
}
