import { ConfigurationError } from '#shared/runtime/config.ts';
import { type HeldSecrets, requireSecrets } from '#shared/settings/process-secrets.ts';
import { secretsOfSubgraph } from '#shared/settings/subgraph-config.ts';
import { secretsOfGateway } from '../../gateway/read-config.ts';
import { allTables } from '../all-subgraphs.ts';
import { migrateSecrets } from '../migrate-config.ts';
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
  if (nodeSettings.includes(setting)) return true;
  const own = process.kind === 'subgraph' && process.name === 'access' ? ['npm run subgraph -- access'] : [];
  const wanted = new Set([...titles[process.kind], ...own]);
  const known = processes.filter(({ title }) => wanted.has(title)).flatMap(({ settings }) => Object.keys(settings));
  return known.some((name) =>
    name.endsWith('<NAME>') ? setting.startsWith(name.slice(0, -'<NAME>'.length)) : name === setting,
  );
}

/** @returns the secrets that the process may hold in production */
export function secretsOf(process: ProductProcess): HeldSecrets {
  if (process.kind === 'gateway') return secretsOfGateway;
  if (process.kind === 'migrate') return migrateSecrets;
  return secretsOfSubgraph(allTables.find(({ name }) => name === process.name)?.secrets);
}

/** @returns a line for each secret that the process lacks in this environment, and for each that belongs to others */
export function findSecretFaults(process: ProductProcess, environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    requireSecrets({ ...environment, NODE_ENV: 'production' }, secretsOf(process));
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
}
