import { createTransact } from '#shared/database/transaction.ts';
import type { EventName, EventPayload } from '#shared/events/topics.ts';
import { newId } from '#shared/ids.ts';
import { somebody, startTestSubgraph, type TestSubgraph, type TestSubgraphOptions } from '#shared/test/harness.ts';
import type { RiskContext } from '../context.ts';
import { reactions } from '../events.ts';
import { risk } from '../subgraph.ts';

export type RiskUnderTest = TestSubgraph<RiskContext>;
export type Booked = EventPayload<'shipment.booked'>;
export const startRisk = (options?: Pick<TestSubgraphOptions, 'cipher'>): Promise<RiskUnderTest> =>
  startTestSubgraph(risk, options);
export const reviewer = somebody(['DISPATCHER']);

export interface PublishedAssessment {
  readonly shipmentId: string;
  readonly score: number;
  readonly decision: string;
}

/** Runs reactions of risk and collects the events that they publish. */
export interface Receiver {
  readonly published: PublishedAssessment[];
  /** Runs the reaction to an event, as the queue does. */
  receive<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void>;
}

export function createReceiver({ services: { database, jobs, live } }: RiskUnderTest): Receiver {
  const published: PublishedAssessment[] = [];
  return {
    published,
    receive(name, payload) {
      const sink: typeof jobs.emit = async (em, event, sent) => {
        if (event === 'risk.assessed') published.push(sent as PublishedAssessment);
        await jobs.emit(em, event, sent);
      };
      const reaction = reactions[name] as ((...args: unknown[]) => Promise<void>) | undefined;
      if (!reaction) throw new Error(`no reaction to ${name}`);
      const transact = createTransact(database.fork(), { subgraph: 'risk', emit: sink }, live);
      return transact((transaction) => reaction(transaction, payload, { eventId: newId(), name, payload }));
    },
  };
}

const place = (city: string, region: string) => ({
  hubCode: null,
  city,
  region,
  country: 'US',
  latitude: 40,
  longitude: -90,
  timeZone: 'America/Chicago',
});

let bookings = 100_000;

/** A booking of a low value on a common lane. */
export function bookingOf(given: Partial<Booked> & { readonly organizationId: string }): Booked {
  return {
    shipmentId: newId(),
    reference: `IF-2026-${++bookings}`,
    createdByAccountId: newId(),
    equipment: 'DRY_VAN',
    weightKg: 1000,
    volumeM3: 10,
    valueCents: 500_000,
    currency: 'USD',
    origin: place('Chicago', 'IL'),
    destination: place('Dallas', 'TX'),
    parties: [],
    distanceMeters: 1_500_000,
    pickupFrom: '2026-03-05T08:00:00.000Z',
    deliverBy: '2026-03-07T18:00:00.000Z',
    createdAt: '2026-03-01T12:00:00.000Z',
    bookedAt: '2026-03-01T12:00:00.000Z',
    version: 2,
    ...given,
  };
}

export const town = place;

/** Registers an organization that is years old. */
export async function givenOldOrganization(receiver: Receiver, name = 'Old Friends'): Promise<string> {
  const organizationId = newId();
  await receiver.receive('organization.changed', {
    organizationId,
    name,
    tier: 'FREE',
    createdAt: '2020-01-01T00:00:00.000Z',
  });
  return organizationId;
}

/**
 * Books six expensive loads of a new organization on unused lanes within an hour. The sixth meets all four rules: 45 points.
 * @returns the sixth booking
 */
export async function givenReview(receiver: Receiver, given: Partial<Booked> = {}): Promise<Booked> {
  const organizationId = newId();
  const known = { organizationId, name: `New ${organizationId}`, tier: 'FREE' as const };
  await receiver.receive('organization.changed', { ...known, createdAt: '2026-02-25T00:00:00.000Z' });
  let booking: Booked | undefined;
  for (let minute = 1; minute <= 6; minute++) {
    booking = bookingOf({
      organizationId,
      valueCents: 20_000_000,
      destination: town(`Nowhere ${newId()}`, 'MT'),
      bookedAt: `2026-03-01T12:0${minute}:00.000Z`,
      ...(minute === 6 ? given : {}),
    });
    await receiver.receive('shipment.booked', booking);
  }
  return booking!;
}
