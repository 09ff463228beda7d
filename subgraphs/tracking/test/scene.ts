import type { EventName, EventPayload } from '#shared/events/topics.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import type { LivePubSub } from '#shared/live/pubsub.ts';
import { somebody, startTestSubgraph, type TestDatabase, type TestSubgraph } from '#shared/test/harness.ts';
import type { TrackingContext } from '../context.ts';
import { reactions } from '../events.ts';
import { tracking } from '../subgraph.ts';

/** The start time of all tests. `clock.now` moves the subgraph's clock. */
export const start = new Date('2026-03-02T12:00:00.000Z');

export interface Scene {
  readonly graph: TestSubgraph<TrackingContext>;
  readonly clock: { now: Date };
  /** Runs tracking's reaction to an event of another subgraph. */
  receive<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void>;
  vehicle(): Promise<string>;
  driver(): Promise<string>;
  /** A load of that organization, assigned to driver and vehicle. */
  load(given: { organizationId?: string; driverId: string; vehicleId: string; assignedAt?: Date }): Promise<Assigned>;
  report(as: Identity, positions: readonly object[]): Promise<Reported>;
}

export interface Assigned {
  readonly shipmentId: string;
  readonly assignmentId: string;
  readonly organizationId: string;
  readonly driverId: string;
  readonly vehicleId: string;
}

export interface Reported {
  readonly acceptedCount: number;
  readonly lateCount: number;
  readonly duplicateCount: number;
  readonly doubtful: readonly { index: number; code: string; message: string }[];
  readonly refused: readonly { index: number; code: string; message: string }[];
  readonly userErrors: readonly { code: string }[];
}

export const dispatcher = somebody(['DISPATCHER']);
export const analyst = somebody(['ANALYST']);
export const driverOf = (driverId: string) => somebody(['DRIVER'], { driverId });
export const customerOf = (organizationId: string) => somebody(['CUSTOMER'], { organizationId });

export const chicago = { latitude: 41.8781, longitude: -87.6298 };
export const denver = { latitude: 39.7392, longitude: -104.9903 };

/** A valid position, some seconds after the start of the tests. */
export function at(vehicleId: string, seconds: number, given: object = {}): { vehicleId: string; recordedAt: Date } {
  const recordedAt = new Date(start.getTime() + seconds * 1000);
  return { vehicleId, recordedAt, ...{ location: chicago, accuracyMeters: 8 }, ...given };
}

export function minutes(count: number): Date {
  return new Date(start.getTime() + count * 60_000);
}

const reportMutation = `mutation R($input: ReportPositionsInput!) { reportPositions(input: $input) {
  acceptedCount lateCount duplicateCount doubtful { index code message } refused { index code message } userErrors { code field message } } }`;

export async function openScene(live?: LivePubSub, database?: TestDatabase): Promise<Scene> {
  const clock = { now: start };
  const graph = await startTestSubgraph(tracking, {
    clock: () => clock.now,
    ...(live && { live }),
    ...(database && { database }),
  });
  const receive: Scene['receive'] = async (name, payload) => {
    const reaction = reactions[name];
    if (!reaction) throw new Error(`tracking does not react to ${name}`);
    const em = graph.services.database.fork();
    await reaction(
      {
        em,
        emit: () => Promise.reject(new Error('tracking emits nothing')),
        audit: () => {},
        allowRepeat: () => {},
        announce: () => {},
        afterCommit: () => {},
      },
      payload,
      { eventId: newId(), name, payload },
    );
  };
  return {
    graph,
    clock,
    receive,
    async vehicle() {
      const vehicleId = newId();
      await receive('vehicle.changed', { vehicleId, equipment: 'DRY_VAN', active: true, at: start.toISOString() });
      return vehicleId;
    },
    async driver() {
      const driverId = newId();
      const times = { hiredAt: start.toISOString(), at: start.toISOString() };
      await receive('driver.changed', { driverId, accountId: null, active: true, ...times });
      return driverId;
    },
    async load({ organizationId = newId(), driverId, vehicleId, assignedAt = start }) {
      const assigned = { shipmentId: newId(), assignmentId: newId(), organizationId, driverId, vehicleId };
      await receive('shipment.booked', booked(assigned));
      await receive('assignment.created', {
        ...assigned,
        driverAccountId: null,
        from: new Date(assignedAt.getTime() + 3_600_000).toISOString(),
        until: new Date(assignedAt.getTime() + 30 * 3_600_000).toISOString(),
        at: assignedAt.toISOString(),
      });
      return assigned;
    },
    async report(as, positions) {
      const { data, errors } = await graph.ask<{ reportPositions: Reported }>(as, reportMutation, {
        input: { positions },
      });
      if (!data?.reportPositions) throw new Error(JSON.stringify(errors));
      return data.reportPositions;
    },
  };
}

export function booked({ shipmentId, organizationId }: { shipmentId: string; organizationId: string }) {
  const place = { hubCode: null, region: 'X', country: 'US', timeZone: 'America/Chicago' };
  return {
    shipmentId,
    reference: 'IF-2026-000001',
    organizationId,
    createdByAccountId: newId(),
    equipment: 'DRY_VAN' as const,
    weightKg: 1_000,
    volumeM3: 10,
    valueCents: 100,
    currency: 'USD',
    origin: { ...place, ...chicago, city: 'Chicago' },
    destination: { ...place, ...denver, city: 'Denver' },
    distanceMeters: 1_620_000,
    pickupFrom: start.toISOString(),
    deliverBy: minutes(3_000).toISOString(),
    createdAt: start.toISOString(),
    bookedAt: start.toISOString(),
    version: 2,
  };
}

/** A step of a load, some minutes after the start. */
export function step({ shipmentId, organizationId, driverId, vehicleId }: Assigned, atMinutes: number) {
  return { shipmentId, organizationId, driverId, vehicleId, at: minutes(atMinutes).toISOString() };
}
