import { type Identity, isStaff } from '#shared/identity/identity.ts';
import type { Shipment, World } from '../../../demo/world.ts';
import type { TestGraph } from '../graph.ts';
import { askSubgraph } from './ask-subgraph.ts';

/** A record with its owner, as far as permissions depend on it. */
export interface OwnedRecord {
  /** Name of its rows in the matrix: the type, or the type and a kind of its records. */
  readonly label: string;
  readonly type: string;
  readonly id: string;
  isOwnOf(viewer: Identity): boolean;
}

/** Few records of each entity type, some of them of the customer, the partner and the driver. */
export async function recordsOf(graph: TestGraph, admin: Identity): Promise<OwnedRecord[]> {
  const { world } = graph;
  const shipments = severalShipments(world);
  const carriers = carriersOf(world);
  return [
    ...world.organizations.slice(0, 8).map(({ id }) => record('Organization', id, isOrganization(id))),
    ...someAccounts(world),
    ...[world.demo.customer, world.demo.partner, world.demo.driver].map((id) =>
      record('PersonalData', id, (viewer) => viewer.kind === 'account' && viewer.accountId === id),
    ),
    ...shipments.map((shipment) => record('Shipment', shipment.id, isOwner(shipment))),
    ...shipments.flatMap((shipment) => [
      ...(shipment.quote ? [record('Quote', shipment.quote.id, isOrganization(shipment.organizationId))] : []),
      ...(shipment.invoice ? [record('Invoice', shipment.invoice.id, isOrganization(shipment.organizationId))] : []),
    ]),
    ...world.drivers
      .slice(0, 20)
      .map(({ id }) =>
        record('Driver', id, (viewer) => ownDriver(viewer) === id || carriers.has(`${ownOrganization(viewer)}/${id}`)),
      ),
    ...world.vehicles
      .slice(0, 20)
      .map(({ id }) =>
        record('Vehicle', id, (viewer) =>
          [ownDriver(viewer), ownOrganization(viewer)].some((owner) => carriers.has(`${owner}/${id}`)),
        ),
      ),
    ...(await listed(
      graph,
      'access',
      'ApiKey',
      admin,
      'organizations { nodes { apiKeys { nodes { id organization { id } } } } }',
    )),
    ...(await listed(
      graph,
      'risk',
      'RiskAssessment',
      admin,
      'riskAssessments(first: 9) { nodes { id organization { id } } }',
    )),
    ...(await listed(
      graph,
      'risk',
      'ReviewCase',
      admin,
      'reviewQueue(first: 9, filter: { statuses: [DECIDED] }) { nodes { id organization { id } } }',
    )),
    ...(await listed(
      graph,
      'risk',
      'WatchlistEntry',
      admin,
      'watchlist(first: 9, filter: { active: false }) { nodes { id } }',
    )),
    ...(await listed(graph, 'tracking', 'Geofence', admin, 'geofences(first: 9) { nodes { id } }')),
  ];
}

type IsOwn = OwnedRecord['isOwnOf'];

const record = (label: string, id: string, isOwnOf: IsOwn, type = label): OwnedRecord => ({ label, type, id, isOwnOf });

const ownDriver = (viewer: Identity): string | null => (viewer.kind === 'account' ? viewer.driverId : null);
const ownOrganization = (viewer: Identity): string | null => (viewer.kind === 'account' ? viewer.organizationId : null);

const isOrganization =
  (id: string | null): IsOwn =>
  (viewer) =>
    id !== null && ownOrganization(viewer) === id;

export function isOwner({ organizationId, assignment }: Shipment): IsOwn {
  return (viewer) =>
    ownOrganization(viewer) === organizationId ||
    (assignment !== null && assignment.state !== 'RELEASED' && ownDriver(viewer) === assignment.driverId);
}

/** Shipments of several states, of the customer, the partner, the driver and others. */
function severalShipments({ shipments, demo }: World): Shipment[] {
  const owners = [
    ({ organizationId }: Shipment) => organizationId === demo.customerOrganizationId,
    ({ organizationId }: Shipment) => organizationId === demo.partnerOrganizationId,
    ({ assignment }: Shipment) => assignment?.driverId === demo.driverId,
    ({ organizationId }: Shipment) =>
      organizationId !== demo.customerOrganizationId && organizationId !== demo.partnerOrganizationId,
  ];
  const states = [
    ({ status }: Shipment) => status === 'IN_TRANSIT' || status === 'PICKED_UP' || status === 'OUT_FOR_DELIVERY',
    ({ status, rating, invoice }: Shipment) => status === 'DELIVERED' && rating !== null && invoice !== null,
    ({ status }: Shipment) => status === 'CANCELLED',
    ({ status }: Shipment) => status === 'BOOKED',
  ];
  const found = owners.flatMap((isOwn) =>
    states.flatMap((isIn) => shipments.filter((shipment) => isOwn(shipment) && isIn(shipment)).slice(0, 2)),
  );
  return [...new Set(found)];
}

/** Members of organizations, and accounts of the freight company, whose names everybody may see. */
function someAccounts({ accounts, demo }: World): OwnedRecord[] {
  const isOwn =
    (id: string, organizationId: string | null): IsOwn =>
    (viewer) =>
      (viewer.kind === 'account' && viewer.accountId === id) || isOrganization(organizationId)(viewer);
  const members = accounts.filter(({ organizationId }) => organizationId !== null);
  const others = members.filter(({ organizationId }) => organizationId !== demo.customerOrganizationId).slice(0, 6);
  const of = (organizationId: string) =>
    members.filter((member) => member.organizationId === organizationId).slice(0, 2);
  const ours = accounts.filter(({ organizationId }) => organizationId === null);
  const someOfUs = [...ours.slice(0, 8), ...ours.filter(({ id }) => id === demo.driver)];
  return [
    ...[...new Set([...of(demo.customerOrganizationId), ...of(demo.partnerOrganizationId), ...others])].map(
      ({ id, organizationId }) => record('Account', id, isOwn(id, organizationId)),
    ),
    ...[...new Set(someOfUs)].map(({ id }) => record('Account of us', id, isOwn(id, null), 'Account')),
  ];
}

/** Pairs of an organization or driver, and a driver or vehicle that carries or carried for it. */
function carriersOf({ shipments }: World): Set<string> {
  return new Set(
    shipments.flatMap(({ organizationId, assignment }) =>
      assignment && assignment.state !== 'RELEASED'
        ? [
            `${organizationId}/${assignment.driverId}`,
            `${organizationId}/${assignment.vehicleId}`,
            `${assignment.driverId}/${assignment.vehicleId}`,
          ]
        : [],
    ),
  );
}

interface Listed {
  readonly id: string;
  readonly organization?: { readonly id: string } | null;
}

/** The records of a list, as an administrator reads it from their subgraph. */
async function listed(graph: TestGraph, subgraph: string, type: string, admin: Identity, list: string) {
  const { data, errors } = await askSubgraph(graph, subgraph, admin, `{ ${list} }`);
  if (errors.length > 0 || !isStaff(admin)) throw new Error(JSON.stringify(errors));
  return nodesIn(data).map(({ id, organization }) => record(type, id, isOrganization(organization?.id ?? null)));
}

/** The innermost nodes of connections. */
function nodesIn(data: unknown): Listed[] {
  if (Array.isArray(data)) return data.flatMap(nodesIn);
  if (typeof data !== 'object' || data === null) return [];
  if ('id' in data) return [data as Listed];
  return Object.values(data).flatMap(nodesIn);
}
