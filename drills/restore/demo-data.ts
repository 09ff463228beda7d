import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { FIELD_KEYS } from '#shared/identity/field-keys.ts';
import { BLIND_INDEX_KEY } from '#shared/identity/key-settings.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { SeedProcess } from '../../demo/seeding/seed-in-process.ts';
import type { DrillContext } from '../drill.ts';

/** Fills the database with the demo company and its 18 months of history. */
export async function writeDemoData({ topology, environment }: DrillContext): Promise<void> {
  const { FIELD_KEYS: keys, BLIND_INDEX_KEY: indexKeys, DATABASE_ROLE_SECRET: roleSecret = '' } = environment;
  const administrator = topology.environmentOf('migrate')['DATABASE_URL'] ?? '';
  const targets = readSupergraphYaml().map(({ name }) => ({
    subgraph: name,
    url: roleUrl(administrator, databaseName, name, roleSecret),
  }));
  await using seeding = new SeedProcess({ seed: 1, now: new Date() });
  const written = await seeding.write(targets, {
    fieldKeys: FIELD_KEYS.unwrap().parse(keys),
    blindIndexKeys: BLIND_INDEX_KEY.unwrap().parse(indexKeys),
  });
  await written.commit();
}
