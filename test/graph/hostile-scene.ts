import { readFileSync } from 'node:fs';
import type { World } from '../../demo/world.ts';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import type { TestGraph } from './graph.ts';
import { type ProperValues, type Target, targetsOf } from './hostile-requests.ts';

const hour = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();

/** Existing records for attacks, so that they get beyond the first look-up. */
export interface Victims {
  /** Three drafts: one to change, one to book, one to cancel. */
  readonly draftIds: readonly string[];
  /** Booked, allowed, not assigned. */
  readonly bookedId: string;
  readonly quoteId: string;
  readonly invoiceId: string;
  readonly geofenceIds: readonly string[];
  readonly reviewCaseId: string;
  readonly watchlistEntryId: string;
  readonly apiKeyId: string;
}

/** The field of the input with the id of the record whose version is expected. */
const versioned: Readonly<Record<string, string>> = {
  changeOrganizationTier: 'organizationId',
  updateOrganization: 'organizationId',
  changeAccountRoles: 'accountId',
  deactivateAccount: 'accountId',
  updateDriver: 'driverId',
  deactivateDriver: 'driverId',
  updateVehicle: 'vehicleId',
  retireVehicle: 'vehicleId',
  decideReview: 'reviewCaseId',
  updateShipment: 'shipmentId',
  bookShipment: 'shipmentId',
  cancelShipment: 'shipmentId',
  advanceShipment: 'shipmentId',
  updateGeofence: 'geofenceId',
  deleteGeofence: 'geofenceId',
};

/** How to reach fields that are not at the root. */
function holdersOf({ demo, shipments }: World): Record<string, string> {
  const vehicleId = shipments.find(({ id }) => id === demo.activeShipmentId)?.assignment?.vehicleId;
  return {
    Shipment: `query { shipment(id: "${demo.activeShipmentId}") { % } }`,
    Driver: `query { driver(id: "${demo.driverId}") { % } }`,
    Vehicle: `query { vehicle(id: "${vehicleId}") { % } }`,
    Organization: `query { organization(id: "${demo.customerOrganizationId}") { % } }`,
    Leaderboard: 'query { leaderboard { % } }',
    RewardAccount: `query { driver(id: "${demo.driverId}") { rewards { % } } }`,
  };
}

/**
 * Valid arguments, by `field.name` or else by name.
 * @param versionOf the last known version of a record
 */
export function properValuesOf(world: World, victims: Victims, versionOf: (id: string) => number): ProperValues {
  const { demo } = world;
  const [driver, busyDriver, leaving] = world.drivers;
  const [vehicle, busyVehicle, retiring] = world.vehicles;
  const colleague = world.accounts.find(({ id, roles }) => roles.includes('CUSTOMER') && id !== demo.customer);
  const delivered = world.shipments.find(({ status, rating }) => status === 'DELIVERED' && !rating);
  let keys = 0;
  const key = () => `hostile-${process.pid}-${++keys}`;
  const values: Readonly<Record<string, unknown>> = {
    shipmentId: demo.activeShipmentId,
    driverId: busyDriver?.id,
    vehicleId: busyVehicle?.id,
    'deactivateDriver.driverId': leaving?.id,
    'retireVehicle.vehicleId': retiring?.id,
    'deactivateAccount.accountId': colleague?.id,
    'erasePersonalData.accountId': colleague?.id,
    organizationId: demo.customerOrganizationId,
    'registerAccount.organizationId': undefined,
    'riskAssessments.organizationId': undefined,
    'reviewQueue.organizationId': undefined,
    'accounts.organizationId': undefined,
    'shipments.organizationId': undefined,
    'account.id': demo.customer,
    'organization.id': demo.customerOrganizationId,
    'driver.id': driver?.id,
    'vehicle.id': vehicle?.id,
    'shipment.id': demo.activeShipmentId,
    'quote.id': victims.quoteId,
    'invoice.id': victims.invoiceId,
    'geofence.id': victims.geofenceIds[0],
    'reviewCase.id': victims.reviewCaseId,
    'updateShipment.shipmentId': victims.draftIds[0],
    'bookShipment.shipmentId': victims.draftIds[1],
    'cancelShipment.shipmentId': victims.draftIds[2],
    'requestQuote.shipmentId': victims.draftIds[0],
    'recommendDrivers.shipmentId': victims.bookedId,
    'recommendations.shipmentId': victims.bookedId,
    'assignShipment.shipmentId': victims.bookedId,
    'assignBest.shipmentIds': [victims.bookedId],
    'assignBest.dryRun': true,
    'unassignShipment.shipmentId': victims.bookedId,
    'rateShipment.shipmentId': delivered?.id,
    'updateGeofence.geofenceId': victims.geofenceIds[0],
    'deleteGeofence.geofenceId': victims.geofenceIds[1],
    'addWatchlistEntry.kind': 'NAME',
    'updateDriver.accountId': undefined,
    watchlistEntryId: victims.watchlistEntryId,
    apiKeyId: victims.apiKeyId,
    'apiKey.id': victims.apiKeyId,
    scopes: ['shipments:read'],
    allowedNetworks: ['192.0.2.0/24'],
    expiresAt: inHours(48),
    quoteId: victims.quoteId,
    invoiceId: victims.invoiceId,
    reviewCaseId: victims.reviewCaseId,
    accountId: demo.analyst,
    'auditEntries.actorId': undefined,
    roles: ['ANALYST'],
    password: undefined,
    to: undefined,
    stops: [0, 1].map((index) => ({
      city: 'Chicago',
      region: 'IL',
      country: 'US',
      timeZone: 'America/Chicago',
      location: { latitude: 41.5 + index, longitude: -87.5 },
      windowStart: inHours(24 + 24 * index),
      windowEnd: inHours(32 + 24 * index),
    })),
    homeBase: {
      city: 'Chicago',
      region: 'IL',
      country: 'US',
      timeZone: 'America/Chicago',
      location: { latitude: 41.85, longitude: -87.65 },
    },
    country: 'US',
    region: 'IL',
    timeZone: 'America/Chicago',
    phone: '+1 312 555 0100',
    vatId: 'DE123456789',
    modelYear: 2024,
    maxWeightKg: 10_000,
    maxVolumeM3: 60,
    ratio: 1,
    latitude: 41.85,
    longitude: -87.65,
    deliveredAt: inHours(-24),
    createdAt: inHours(-72),
    area: { circle: { center: { latitude: 41.85, longitude: -87.65 }, radiusMeters: 500 } },
    vertices: [
      { latitude: 40, longitude: -90 },
      { latitude: 41, longitude: -90 },
      { latitude: 41, longitude: -89 },
    ],
    within: { south: 30, west: -110, north: 45, east: -70 },
    range: { from: '2026-01-01', until: '2026-02-01' },
    points: 100,
    columns: ['a'],
    values: ['b'],
  };
  const fresh: Readonly<Record<string, () => unknown>> = {
    idempotencyKey: key,
    sourceReference: key,
    plate: () => `H-${++keys}`,
    licenseNumber: () => `IL-${++keys}`,
    email: () => `${key()}@hostile.test`,
    reference: key,
    recordedAt: () => new Date().toISOString(),
  };
  const recordOf = (field: string) => String(values[`${field}.${versioned[field]}`] ?? values[versioned[field] ?? '']);
  return (field, name) => {
    if (name === 'expectedVersion') return versionOf(recordOf(field));
    const own = `${field}.${name}`;
    if (own in values) return values[own];
    return fresh[name]?.() ?? (name in values ? values[name] : undefined);
  };
}

interface Found {
  readonly id: string;
  readonly quote?: { readonly id: string };
}

/** Looks up one record of each kind, as a client would. */
async function findVictims(graph: TestGraph): Promise<Victims> {
  const { data, errors } = await graph.ask<Record<string, { nodes: Found[]; apiKeys?: { nodes: Found[] } }>>(
    'admin',
    `{
      drafts: shipments(filter: { statuses: [DRAFT] }, first: 3) { nodes { id } }
      booked: shipments(filter: { statuses: [BOOKED] }, orderBy: CREATED_OLDEST, first: 1) { nodes { id quote { id } } }
      invoices(filter: { statuses: [OPEN] }, first: 1) { nodes { id } }
      geofences(first: 2) { nodes { id } }
      reviewQueue(first: 1) { nodes { id } }
      watchlist(first: 1) { nodes { id } }
      organization(id: "${graph.world.demo.partnerOrganizationId}") { apiKeys(first: 1) { nodes { id } } }
    }`,
  );
  const found = (field: string) => {
    const nodes = data?.[field]?.nodes ?? [];
    if (nodes.length === 0) throw new Error(`The world has no ${field}: ${JSON.stringify(errors)}`);
    return nodes;
  };
  const idOf = (field: string) => found(field)[0]?.id ?? '';
  return {
    draftIds: found('drafts').map(({ id }) => id),
    bookedId: idOf('booked'),
    quoteId: found('booked')[0]?.quote?.id ?? '',
    invoiceId: idOf('invoices'),
    geofenceIds: found('geofences').map(({ id }) => id),
    reviewCaseId: idOf('reviewQueue'),
    watchlistEntryId: idOf('watchlist'),
    apiKeyId: data?.['organization']?.apiKeys?.nodes[0]?.id ?? '',
  };
}

/** Every field with arguments, with valid arguments for the records of the graph. */
export async function findTargets(graph: TestGraph, versionOf: (id: string) => number): Promise<Target[]> {
  const { apiSchema } = loadSupergraphModel(readFileSync(readGatewayConfig([], {}).supergraphFile, 'utf8'));
  const proper = properValuesOf(graph.world, await findVictims(graph), versionOf);
  return targetsOf(apiSchema, holdersOf(graph.world), proper);
}
