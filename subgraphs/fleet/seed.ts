import type { EntityManager } from '#shared/database.ts';
import type { World } from '#shared/demo/world.ts';

export async function seed(_em: EntityManager, _world: World): Promise<void> {}
