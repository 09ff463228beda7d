import type { Seed } from '../seeding/write-seeds.ts';

/** The seed of each subgraph by name. Only the process that writes loads the modules. */
export const seeds: ReadonlyMap<string, () => Promise<Seed>> = new Map([
  ['access', async () => (await import('./access.ts')).seed],
  ['shipments', async () => (await import('./shipments.ts')).seed],
  ['fleet', async () => (await import('./fleet.ts')).seed],
  ['tracking', async () => (await import('./tracking.ts')).seed],
  ['pricing', async () => (await import('./pricing.ts')).seed],
  ['risk', async () => (await import('./risk.ts')).seed],
  ['analytics', async () => (await import('./analytics.ts')).seed],
]);

/** @throws RangeError when the subgraph has no part of the world */
export async function loadSeed(subgraph: string): Promise<Seed> {
  const load = seeds.get(subgraph);
  if (!load) throw new RangeError(`Use a subgraph with a seed in demo/seeds/list.ts instead of ${subgraph}.`);
  return load();
}
