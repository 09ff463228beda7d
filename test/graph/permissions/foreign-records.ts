import type { Identity } from '#shared/identity/identity.ts';
import type { World } from '../../../demo/world.ts';
import type { TestGraph } from '../graph.ts';
import { askSubgraph } from './ask-subgraph.ts';
import type { ViewerName } from './viewers.ts';

/** The kind of record that an argument names; undefined for ids that are not of records. */
export function kindOf(field: string, argument: string): string | undefined {
  if (elsewhere.has(`${field}.${argument}`)) return undefined;
  if (argument !== 'id') return kinds[argument] ?? argument.replace(/Ids?$/, '');
  return /^(?:update|delete|remove|book|cancel|advance)/.test(field)
    ? field.replace(/^[a-z]+/, '').replace(/^./, (letter) => letter.toLowerCase())
    : field;
}

const kinds: Readonly<Record<string, string>> = {
  caseId: 'reviewCase',
  usualVehicleId: 'vehicle',
};

/** Hashes of texts, and ids that only their owners can know. */
const elsewhere: ReadonlySet<string> = new Set([
  'acceptSupergraph.hash',
  'answerChallenge.id',
  'endSessions.sessionId',
  'registerDocuments.id',
  'retireDocument.documentId',
  'trustedDocument.id',
]);

/** Ids by kind of record. */
export type Ids = Readonly<Record<string, string | undefined>>;

/** Records that the caller may not see. */
export async function foreignRecords(graph: TestGraph, admin: Identity): Promise<(caller: ViewerName) => Ids> {
  const { demo, shipments, accounts, drivers, vehicles } = graph.world;
  const strangers = shipments.filter(
    ({ organizationId, assignment }) =>
      organizationId !== demo.customerOrganizationId &&
      organizationId !== demo.partnerOrganizationId &&
      assignment?.driverId !== demo.driverId,
  );
  const [quoted, invoiced, assigned] = [
    strangers.find(({ quote }) => quote),
    strangers.find(({ invoice }) => invoice),
    strangers.find(({ assignment }) => assignment),
  ];
  const organizationId = strangers[0]?.organizationId;
  const ofStaff = {
    geofence: await firstOf(graph, 'tracking', admin, 'geofences(first: 1)'),
    reviewCase: await firstOf(graph, 'risk', admin, 'reviewQueue(first: 1, filter: {})'),
    watchlistEntry: await firstOf(graph, 'risk', admin, 'watchlist(first: 1, filter: {})'),
    assignment: await firstOf(
      graph,
      'fleet',
      admin,
      `assignments(first: 1, filter: { shipmentId: "${assigned?.id}" })`,
    ),
    apiKey: await firstOf(graph, 'access', admin, `organizations(first: 100)`, 'apiKeys(first: 1) { nodes { id } }'),
  };
  return (caller) => {
    const seen = carriersOf(graph.world, caller);
    return {
      ...ofStaff,
      // The demo has a key of the partner only.
      apiKey: caller === 'PARTNER' || caller === 'KEY' ? undefined : ofStaff.apiKey,
      shipment: strangers[0]?.id,
      quote: quoted?.quote?.id,
      invoice: invoiced?.invoice?.id,
      // Drivers see the names of customers.
      organization: caller === 'DRIVER' ? undefined : organizationId,
      account: accounts.find((account) => account.organizationId === organizationId)?.id,
      // Drivers see all of their colleagues and the vehicles.
      driver: caller === 'DRIVER' ? undefined : drivers.find(({ id }) => !seen.has(id))?.id,
      vehicle: caller === 'DRIVER' ? undefined : vehicles.find(({ id }) => !seen.has(id))?.id,
    };
  };
}

/** Records of the caller, for the other arguments of a mutation. */
export function ownRecords({ demo, shipments }: World, caller: ViewerName): Ids {
  const organization = caller === 'CUSTOMER' ? demo.customerOrganizationId : demo.partnerOrganizationId;
  const own = shipments.find(({ organizationId, assignment }) =>
    caller === 'DRIVER' ? assignment?.driverId === demo.driverId : organizationId === organization && assignment,
  );
  const { driverId: driver, vehicleId: vehicle } = own?.assignment ?? {};
  return { shipment: own?.id, organization: own?.organizationId, driver, vehicle };
}

/** The drivers and vehicles of the caller's loads. */
function carriersOf({ demo, shipments }: World, caller: ViewerName): ReadonlySet<string> {
  const organization = caller === 'CUSTOMER' ? demo.customerOrganizationId : demo.partnerOrganizationId;
  const own = shipments.filter(({ organizationId }) => organizationId === organization);
  return new Set(own.flatMap(({ assignment }) => (assignment ? [assignment.driverId, assignment.vehicleId] : [])));
}

async function firstOf(graph: TestGraph, subgraph: string, as: Identity, list: string, below = ''): Promise<string> {
  const { data } = await askSubgraph(graph, subgraph, as, `{ ${list} { nodes { ${below || 'id'} } } }`);
  const id = /"id":"([^"]+)"/.exec(JSON.stringify(data))?.[1];
  if (id === undefined) throw new Error(`The world has no ${list}`);
  return id;
}
