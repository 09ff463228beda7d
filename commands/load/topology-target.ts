import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseData } from '../../client/data.ts';
import type { DrillSite } from '../../drills/drill.ts';
import { createOperator, graphUrl, type Operator } from '../../drills/operator.ts';
import { sampleShipment } from '../../drills/sample-shipment.ts';
import type { Topology } from '../../drills/topology/topology.ts';
import { withTopology } from '../../drills/with-topology.ts';
import { processTree } from './process-tree.ts';
import type { CpuMs } from './report.ts';
import type { LoadTarget } from './run-load.ts';

/** Each organization has a budget of its own. */
const organizations = 50;
const shipmentsEach = 4;

/** The address of a user, so that limits of one address do not count for all together. */
const addressOf = (user: number): string => `127.200.0.${user + 1}`;

/** Starts the topology, fills it with partners and their shipments, and runs a load on it. */
export function withTopologyTarget<T>(site: DrillSite, run: (target: LoadTarget) => Promise<T>): Promise<T> {
  return withTopology(site, async (context) => {
    const operator = await createOperator(context);
    const keys: string[] = [];
    for (let number = 1; number <= organizations; number++) keys.push(await createPartner(operator, number));
    const ca = readFileSync(join(context.data, 'volumes/certificates/server.pem'), 'utf8');
    return run({ url: graphUrl, keys, ca, addressOf, metrics: metricsOf(context.topology), cpuMs });
  });
}

/** The processes of the topology are children of this one, which sends the requests. */
function cpuMs(): CpuMs {
  const { user, system } = process.cpuUsage();
  const client = (user + system) / 1_000;
  const { node, postgres } = processTree(process.pid);
  return { product: node.cpuSeconds * 1_000 - client, postgres: postgres.cpuSeconds * 1_000, client };
}

/** The metrics of both gateways and of the subgraphs that they call. */
function metricsOf(topology: Topology): readonly string[] {
  const environment = Object.entries(topology.environmentOf('gateway-1'));
  const subgraphs = environment.filter(([name]) => name.startsWith('SUBGRAPH_URL_')).map(([, url]) => url);
  const gateways = ['gateway-1', 'gateway-2'].map((name) => `http://${name}:4100`);
  return [...gateways, ...subgraphs].map((url) => new URL('/metrics', url).href);
}

const created = z.object({ createOrganization: z.object({ organization: z.object({ id: z.string() }) }) });
const issued = z.object({ createApiKey: z.object({ key: z.string() }) });
const drafted = z.object({ createShipment: z.object({ shipment: z.object({ id: z.string() }) }) });

/** An organization with an API key and shipments. @returns the key */
async function createPartner({ client }: Operator, number: number): Promise<string> {
  const run = async <S extends z.ZodType>(shape: S, query: string, input: object): Promise<z.infer<S>> =>
    parseData(shape, await client.send({ query, variables: { input: { ...input, idempotencyKey: randomUUID() } } }));

  const { createOrganization } = await run(
    created,
    'mutation CreateOrganization($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } userErrors { message } } }',
    { name: `Load partner ${number}`, tier: 'ENTERPRISE' },
  );
  const organizationId = createOrganization.organization.id;
  for (let shipment = 0; shipment < shipmentsEach; shipment++) {
    await run(
      drafted,
      'mutation CreateShipment($input: CreateShipmentInput!) { createShipment(input: $input) { shipment { id } userErrors { message } } }',
      { ...sampleShipment, organizationId },
    );
  }
  const { createApiKey } = await run(
    issued,
    'mutation CreateKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { key userErrors { message } } }',
    { name: 'Load', organizationId },
  );
  return createApiKey.key;
}
