import { createTransact } from '#shared/database/transaction.ts';
import type { EventName, EventPayload } from '#shared/events/topics.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody, startTestSubgraph, type TestDatabase, type TestSubgraph } from '#shared/test/harness.ts';
import type { FleetContext } from '../context.ts';
import { reactions } from '../events.ts';
import { createFleet } from '../subgraph.ts';

/** The time of the tests, a Wednesday. */
export const now = new Date('2026-03-11T12:00:00.000Z');
export const dispatcher = somebody(['DISPATCHER']);

export const chicago = {
  hubCode: 'CHI',
  city: 'Chicago',
  region: 'IL',
  country: 'US',
  latitude: 41.8781,
  longitude: -87.6298,
  timeZone: 'America/Chicago',
};
export const dallas = {
  hubCode: 'DAL',
  city: 'Dallas',
  region: 'TX',
  country: 'US',
  latitude: 32.7767,
  longitude: -96.797,
  timeZone: 'America/Chicago',
};

export interface UserErrors {
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

/** Hours after `now`, as ISO text. */
export function inHours(hours: number): string {
  return new Date(now.getTime() + hours * 3_600_000).toISOString();
}

export type Booked = EventPayload<'shipment.booked'>;

export function bookedShipment(given: Partial<Booked> = {}): Booked {
  return {
    shipmentId: newId(),
    reference: 'IF-2026-000001',
    organizationId: newId(),
    createdByAccountId: newId(),
    equipment: 'DRY_VAN',
    weightKg: 12_000,
    volumeM3: 60,
    valueCents: 1_000_000,
    currency: 'USD',
    origin: chicago,
    destination: dallas,
    distanceMeters: 1_480_000,
    pickupFrom: inHours(24),
    deliverBy: inHours(72),
    createdAt: inHours(-2),
    bookedAt: inHours(-1),
    version: 1,
    ...given,
  };
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

/** A fleet under test, with the helpers of its tests. */
export async function startFleet({ database }: { database?: TestDatabase } = {}) {
  let time = now;
  const subgraph: TestSubgraph<FleetContext> = await startTestSubgraph(createFleet(), {
    clock: () => time,
    ...(database && { database }),
  });
  const { services, ask } = subgraph;

  async function send<T>(as: Identity, name: string, inputType: string, selection: string, input: object): Promise<T> {
    const query = `mutation M($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { code field message } } }`;
    const { data, errors } = await ask<Record<string, T>>(as, query, { input });
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return data?.[name] as T;
  }

  return {
    ...subgraph,
    send,
    setTime(at: Date) {
      time = at;
    },
    /** Runs fleet's reaction to an event of another subgraph. */
    async receive<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void> {
      const reaction = reactions[name];
      if (!reaction) throw new Error(`fleet does not react to ${name}`);
      const transact = createTransact(services.database.fork(), services.jobs, subgraph.live);
      await transact((transaction) => reaction(transaction, payload, { eventId: newId(), name, payload }));
    },
    async registerDriver(given: object = {}): Promise<string> {
      const { driver } = await send<{ driver: { id: string } }>(
        dispatcher,
        'registerDriver',
        'RegisterDriverInput',
        'driver { id }',
        driverInput(given),
      );
      return driver.id;
    },
    async registerVehicle(given: object = {}): Promise<string> {
      const { vehicle } = await send<{ vehicle: { id: string } }>(
        dispatcher,
        'registerVehicle',
        'RegisterVehicleInput',
        'vehicle { id }',
        vehicleInput(given),
      );
      return vehicle.id;
    },
    /** A booked shipment that risk allows. */
    async bookShipment(given: Partial<Booked> = {}): Promise<Booked> {
      const booked = bookedShipment(given);
      await this.receive('shipment.booked', booked);
      await this.receive('risk.assessed', {
        shipmentId: booked.shipmentId,
        score: 0,
        decision: 'ALLOW',
        at: inHours(-1),
      });
      return booked;
    },
    assign(shipmentId: string, driverId: string, vehicleId: string, more: object = {}) {
      return send<{ assignment: { id: string; state: string } | null } & UserErrors>(
        dispatcher,
        'assignShipment',
        'AssignShipmentInput',
        'assignment { id state }',
        { shipmentId, driverId, vehicleId, ...more },
      );
    },
    async deliver(booked: Booked, given: Partial<EventPayload<'shipment.delivered'>> = {}): Promise<void> {
      await this.receive('shipment.delivered', {
        shipmentId: booked.shipmentId,
        organizationId: booked.organizationId,
        driverId: null,
        vehicleId: null,
        at: inHours(60),
        onTime: true,
        deliverBy: booked.deliverBy,
        pickedUpAt: inHours(25),
        createdAt: booked.createdAt,
        distanceMeters: booked.distanceMeters,
        ...given,
      });
    },
    /** Rows of a query, as they are stored. */
    rows<R = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<R[]> {
      return services.database.fork().execute<R[]>(sql, parameters);
    },
  };
}

/** The input of a home base at a place. */
export function homeBaseAt({ latitude, longitude, ...base }: typeof chicago) {
  return { ...base, location: { latitude, longitude } };
}

let count = 0;

export function driverInput(given: object = {}) {
  count++;
  return {
    name: `Driver ${count}`,
    phone: '+1 312 555 0100',
    licenseNumber: `L-${count}-${newId()}`.slice(0, 40),
    licenseClasses: ['CLASS_A'],
    equipment: ['DRY_VAN'],
    homeBase: homeBaseAt(chicago),
    idempotencyKey: newId(),
    ...given,
  };
}

export function vehicleInput(given: object = {}) {
  count++;
  return {
    plate: `IL-${count}-${newId().slice(-6)}`,
    make: 'Volvo VNL',
    modelYear: 2024,
    equipment: 'DRY_VAN',
    maxWeightKg: 20_000,
    maxVolumeM3: 100,
    homeBase: homeBaseAt(chicago),
    idempotencyKey: newId(),
    ...given,
  };
}

export function codesOf({ userErrors }: UserErrors): string[] {
  return userErrors.map(({ code }) => code);
}
