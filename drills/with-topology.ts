import type { DrillContext, DrillSite } from './drill.ts';
import { trustCertificate } from './operator.ts';
import { type StandIns, Topology } from './topology/topology.ts';

/** Runs a drill on the whole product, and stops it afterwards. @param instead what stands for services of the topology */
export async function withTopology<T>(
  site: DrillSite,
  run: (context: DrillContext) => Promise<T>,
  instead: StandIns = {},
): Promise<T> {
  const { project, data, environment } = site;
  await using topology = await Topology.start({ project, app: project, data, environment, only: ['proxy'], instead });
  trustCertificate(site);
  return await run({ ...site, topology });
}
