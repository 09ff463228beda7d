import type { DrillContext, DrillSite } from './drill.ts';
import { trustCertificate } from './operator.ts';
import { type StandIns, Topology } from './topology/topology.ts';

export interface ProductParts {
  /** Services that run besides the product. */
  readonly also?: readonly string[];
  /** What stands for services of the topology. */
  readonly instead?: StandIns;
}

/** Runs a drill on the whole product, and stops it afterwards. */
export async function withTopology<T>(
  site: DrillSite,
  run: (context: DrillContext) => Promise<T>,
  { also = [], instead = {} }: ProductParts = {},
): Promise<T> {
  const { project, data, environment } = site;
  const only = ['proxy', ...also];
  await using topology = await Topology.start({ project, app: project, data, environment, only, instead });
  trustCertificate(site);
  return await run({ ...site, topology });
}
