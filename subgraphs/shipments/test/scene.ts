import type { Reactions } from '#shared/events/jobs.ts';
import { domainEvents, type EventName, type EventPayload } from '#shared/events/topics.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { openSubgraph } from '#shared/server.ts';
import { createTestDatabase, somebody, startTestSubgraph, type TestSubgraph } from '../../shared/test/harness.ts';
import { receiveEvents, type SentEvent } from '../../shared/test/receive-events.ts';
import { sampleSubgraph } from '../../shared/test/sample.ts';
import type { ShipmentsContext } from '../context.ts';
import { shipments } from '../subgraph.ts';

/** The identities and the clock of the tests of this subgraph. */
export const now = new Date('2026-03-02T12:00:00.000Z');
export const organizationId = newId();
export const driverId = newId();
export const vehicleId = newId();
export const customer = somebody(['CUSTOMER'], { organizationId });
export const stranger = somebody(['CUSTOMER'], { organizationId: newId() });
export const partner = somebody(['PARTNER'], { organizationId });
export const driver = somebody(['DRIVER'], { driverId });
export const otherDriver = somebody(['DRIVER'], { driverId: newId() });
export const dispatcher = somebody(['DISPATCHER']);
export const analyst = somebody(['ANALYST']);
export const admin = somebody(['ADMIN']);

/** An event as another subgraph received it. */
export interface Heard {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Shipments extends TestSubgraph<ShipmentsContext> {
  /** The events that another subgraph has received since the last call. */
  heard(): Promise<Heard[]>;
  /** Delivers an event through the queue, as another subgraph would send it. */
  receive<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void>;
}

/** This subgraph with its own database, and another subgraph that receives all its events. */
export async function openScene(clock: () => Date = () => now): Promise<Shipments> {
  const database = await createTestDatabase();
  const scene = await startTestSubgraph(shipments, { clock, database });
  const heard: Heard[] = [];
  const names = Object.keys(domainEvents).filter((name) => name.startsWith('shipment.'));
  const reactions: Reactions = Object.fromEntries(
    names.map((name) => [
      name,
      async (_transaction: unknown, payload: Heard['payload']) => void heard.push({ name, payload }),
    ]),
  );
  const neighbour = await openSubgraph(sampleSubgraph('analytics', reactions), {
    databaseUrl: database.urlFor('analytics'),
    live: scene.live,
    log: scene.services.log,
  });
  return {
    ...scene,
    async heard() {
      await neighbour.services.jobs.drain();
      return heard.splice(0);
    },
    async receive(name, payload) {
      await receiveEvents(scene.services, [name, payload] as SentEvent);
      await scene.services.jobs.drain();
    },
    async close() {
      await neighbour.close();
      await scene.close();
      await database.drop();
    },
  };
}

/** A clock that tests set, one per file. */
export function createClock(): { readonly read: () => Date; advance(ms: number): void } {
  let at = now.getTime();
  return {
    read: () => new Date(at),
    advance(ms) {
      at += ms;
    },
  };
}

const hour = 3_600_000;
export const inHours = (hours: number): string => new Date(now.getTime() + hours * hour).toISOString();

export const chicago = {
  hubCode: 'CHI',
  contactName: 'Lakeside Cold Storage',
  street: '12 Dock Street',
  city: 'Chicago',
  region: 'IL',
  postalCode: '60601',
  country: 'US',
  location: { latitude: 41.8781, longitude: -87.6298 },
  timeZone: 'America/Chicago',
  windowStart: inHours(4),
  windowEnd: inHours(6),
};
export const toronto = {
  ...chicago,
  hubCode: 'TOR',
  contactName: 'Harbour Foods',
  city: 'Toronto',
  region: 'ON',
  country: 'CA',
  location: { latitude: 43.6532, longitude: -79.3832 },
  timeZone: 'America/Toronto',
  windowStart: inHours(20),
  windowEnd: inHours(24),
};
export const oranges = {
  description: 'Oranges, 20 kg cartons',
  commodity: 'Fresh produce',
  quantity: 400,
  weightKg: 8_000,
  volumeM3: 32.5,
  value: { amount: '12000.50', currency: 'USD' },
};

export function shipmentInput(changes: Record<string, unknown> = {}) {
  return {
    idempotencyKey: newId(),
    equipment: 'REEFER',
    notes: 'Keep at 4 degrees',
    stops: [chicago, toronto],
    items: [oranges],
    ...changes,
  };
}

export interface UserError {
  code: string;
  field: string[] | null;
  message: string;
}
export interface Payload<S = ShipmentView> {
  shipment: S | null;
  userErrors: UserError[];
}
export interface ShipmentView {
  id: string;
  reference: string;
  status: string;
  version: number;
  [field: string]: unknown;
}

const facts = 'id reference status version';

/** Runs one mutation of this subgraph and returns its payload. */
export async function change<P extends object = Payload>(
  scene: Shipments,
  as: Identity,
  name: string,
  input: object,
  selection = `shipment { ${facts} }`,
): Promise<P> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation($input: ${type}) { result: ${name}(input: $input) { ${selection} userErrors { code field message } } }`;
  const { data, errors } = await scene.ask<{ result: P }>(as, query, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.result;
}

export async function create(scene: Shipments, changes: Record<string, unknown> = {}, as: Identity = customer) {
  const { shipment, userErrors } = await change(scene, as, 'createShipment', shipmentInput(changes));
  if (!shipment) throw new Error(JSON.stringify(userErrors));
  return shipment;
}

/** Delivers an event of another subgraph, as the queue would. */
export async function arrive<N extends EventName>(scene: Shipments, name: N, payload: EventPayload<N>): Promise<void> {
  await receiveEvents(scene.services, [name, payload] as SentEvent);
  await scene.services.jobs.drain();
}

export function assignment(shipmentId: string, changes: Partial<EventPayload<'assignment.created'>> = {}) {
  return {
    assignmentId: newId(),
    shipmentId,
    organizationId,
    driverId,
    driverAccountId: driver.accountId,
    vehicleId,
    from: inHours(4),
    until: inHours(24),
    at: now.toISOString(),
    ...changes,
  };
}

/** A booked shipment with the driver of this scene. */
export async function assigned(scene: Shipments, changes: Record<string, unknown> = {}): Promise<ShipmentView> {
  const shipment = await create(scene, { book: true, ...changes });
  await arrive(scene, 'assignment.created', assignment(shipment.id));
  return shipment;
}

export const proof = { recipientName: 'Mary Okafor', signatureReference: 'POD-1' };

const journey = ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED'];

/** Advances an assigned shipment to a status on the road. */
export async function driveTo(scene: Shipments, id: string, status: string): Promise<Payload> {
  let last: Payload | undefined;
  for (const to of journey.slice(0, journey.indexOf(status) + 1)) {
    last = await change(scene, driver, 'advanceShipment', {
      shipmentId: id,
      to,
      ...(to === 'DELIVERED' && { proofOfDelivery: proof }),
    });
    if (last.userErrors.length > 0) throw new Error(JSON.stringify(last.userErrors));
  }
  if (!last) throw new Error(`${status} is not a status on the road.`);
  return last;
}
