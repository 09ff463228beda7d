import type { Keyring } from '#shared/identity/keys.ts';
import type { Subgraph, SubgraphTables } from '#shared/subgraph.ts';
import { readAccessConfig } from '../subgraphs/access/config.ts';
import { type AccessSecrets, accessTables, createAccess } from '../subgraphs/access/subgraph.ts';
import { analytics } from '../subgraphs/analytics/subgraph.ts';
import { fleet } from '../subgraphs/fleet/subgraph.ts';
import { pricing } from '../subgraphs/pricing/subgraph.ts';
import { risk } from '../subgraphs/risk/subgraph.ts';
import { shipments } from '../subgraphs/shipments/subgraph.ts';
import { tracking } from '../subgraphs/tracking/subgraph.ts';

/** Subgraphs have contexts of different types. Here they are only started and stopped. */
const withoutKeys = [shipments, fleet, tracking, pricing, risk, analytics] as unknown as readonly Subgraph[];

/** The tables of every subgraph. */
export const allTables: readonly SubgraphTables[] = [accessTables, ...withoutKeys];

/** Every subgraph of the product. @param dataDir folder of the installation; default: that of the settings */
export async function allSubgraphs(
  keyring: Pick<Keyring, 'access'>,
  secrets: AccessSecrets,
  dataDir?: string,
): Promise<Subgraph[]> {
  const access = await createAccess(
    keyring,
    readAccessConfig({ ...process.env, ...(dataDir && { DATA_DIR: dataDir }) }),
    secrets,
  );
  return [access as unknown as Subgraph, ...withoutKeys];
}
