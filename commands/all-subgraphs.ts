import type { Keyring } from '#shared/identity/keys.ts';
import type { Subgraph, SubgraphTables } from '#shared/subgraph.ts';
import { readAccessConfig } from '../subgraphs/access/config.ts';
import { type AccessSecrets, accessTables, createAccess } from '../subgraphs/access/subgraph.ts';
import { analytics } from '../subgraphs/analytics/subgraph.ts';
import { createFleet, fleetTables } from '../subgraphs/fleet/subgraph.ts';
import { pricing } from '../subgraphs/pricing/subgraph.ts';
import { risk } from '../subgraphs/risk/subgraph.ts';
import { shipments } from '../subgraphs/shipments/subgraph.ts';
import { tracking } from '../subgraphs/tracking/subgraph.ts';

/** The subgraphs that need no keys and have no state. */
const stateless = [shipments, tracking, pricing, risk, analytics];

/** The tables of every subgraph. */
export const allTables: readonly SubgraphTables[] = [accessTables, fleetTables, ...stateless];

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
  // Subgraphs have contexts of different types. The callers only start and stop them.
  return [access, createFleet(), ...stateless] as unknown as Subgraph[];
}
