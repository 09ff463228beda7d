import { z } from 'zod';
import { parseData } from '../../../client/data.ts';
import type { DemoAccount } from '../../../demo/accounts.ts';
import { openDemoClient } from '../client.ts';

const idOf = z.object({ id: z.string() });
const firstIn = <S extends z.ZodType>(node: S) => z.object({ nodes: z.tuple([node]) });

/** Values of the variables of our clients' documents, by their names, from the data that the graph shows to the accounts. */
export async function readValues(url: string): Promise<Readonly<Record<string, unknown>>> {
  const read = async <S extends z.ZodType>(account: DemoAccount, shape: S, query: string): Promise<z.infer<S>> =>
    parseData(shape, await openDemoClient(url, account).client.send({ query }));

  const booked = await read(
    'dispatcher',
    z.object({ shipments: firstIn(idOf) }),
    '{ shipments(filter: { statuses: [BOOKED], unassigned: true, equipment: [DRY_VAN] }, orderBy: CREATED_NEWEST, first: 1) { nodes { id } } }',
  );
  const bill = await read(
    'admin',
    z.object({ invoices: firstIn(z.object({ number: z.string() })) }),
    '{ invoices(filter: { statuses: [PAID] }, first: 1) { nodes { number } } }',
  );
  const delivered = await read(
    'partner',
    z.object({ shipments: firstIn(z.object({ reference: z.string() })) }),
    '{ shipments(filter: { statuses: [DELIVERED] }, first: 1) { nodes { reference } } }',
  );
  const customers = await read(
    'customer',
    z.object({ viewer: z.object({ organization: idOf }), shipments: firstIn(idOf) }),
    '{ viewer { organization { id } } shipments(filter: { statuses: [IN_TRANSIT] }, first: 1) { nodes { id } } }',
  );
  const underway = await read(
    'dispatcher',
    z.object({ shipments: firstIn(z.object({ vehicle: z.object({ plate: z.string() }) })) }),
    '{ shipments(filter: { statuses: [IN_TRANSIT] }, first: 1) { nodes { vehicle { plate } } } }',
  );
  const drivers = await read(
    'driver',
    z.object({ viewer: z.object({ driver: idOf }) }),
    '{ viewer { driver { id } } }',
  );
  return {
    // A driver of the shortest history has only a few deliveries. A longer page would not be full.
    first: 5,
    shipmentId: customers.shipments.nodes[0].id,
    bookedShipmentId: booked.shipments.nodes[0].id,
    reference: delivered.shipments.nodes[0].reference,
    number: bill.invoices.nodes[0].number,
    driverId: drivers.viewer.driver.id,
    // Of the first vehicles by plate, more have a load in a longer history, so that pages of them could not be compared.
    vehicles: { plate: underway.shipments.nodes[0].vehicle.plate },
    organizationId: customers.viewer.organization.id,
    estimate: {
      equipment: 'DRY_VAN',
      origin: { latitude: 41.85, longitude: -87.65 },
      destination: { latitude: 42.33, longitude: -83.05 },
      volumeM3: 12,
    },
  };
}
