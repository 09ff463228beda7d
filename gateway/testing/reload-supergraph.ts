import { setTimeout as sleep } from 'node:timers/promises';
import { readCounter } from './metrics.ts';
import type { SupergraphFile } from './supergraph-file.ts';

export interface Reloads {
  readonly loaded: number;
  readonly refused: number;
}

/** How many supergraphs a gateway has loaded and refused since its start. */
export async function countReloads(adminUrl: string): Promise<Reloads> {
  const count = (outcome: string) => readCounter(adminUrl, 'gateway_supergraph_reloads_total', { outcome });
  return { loaded: await count('loaded'), refused: await count('refused') };
}

/** Puts the next supergraph in place and waits until the gateway has loaded or refused it. */
export async function reloadSupergraph(adminUrl: string, file: SupergraphFile, sdl: string): Promise<void> {
  const before = await countReloads(adminUrl);
  file.replace(sdl);
  for (;;) {
    const { loaded, refused } = await countReloads(adminUrl);
    if (loaded + refused > before.loaded + before.refused) return;
    await sleep(10);
  }
}
