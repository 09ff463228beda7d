import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Carriage, carriageFacts, merge, unknownCarriage } from '../domain/carriage.ts';
import { dayOf } from '../domain/day.ts';
import { type Fact, toFacts } from '../domain/facts.ts';
import { foldFacts } from '../domain/fold.ts';

/** The records of a shipment, from which its events are made. */
interface Journey {
  readonly shipmentId: string;
  readonly organizationId: string;
  readonly driverId: string | null;
  readonly createdAt: number;
  readonly pickupAfter: number | null;
  readonly pickedUpAgainAfter: number | null;
  readonly end: 'DELIVERED' | 'CANCELLED' | null;
  readonly endAfter: number;
  readonly onTime: boolean;
  readonly meters: number;
  readonly stars: number | null;
  readonly cents: number;
  readonly billedIn: 'USD' | 'CAD';
  readonly paid: readonly number[];
}

const hour = 3_600_000;
/** Around a leap day, so that days and months end within the journeys. */
const start = Date.UTC(2028, 1, 27, 20);

const journeys = fc.uniqueArray(
  fc.record<Journey>({
    shipmentId: fc.uuid(),
    organizationId: fc.constantFrom('acme', 'brown', 'coyote'),
    driverId: fc.constantFrom('ann', 'bob', null),
    createdAt: fc.integer({ min: 0, max: 96 * hour }),
    pickupAfter: fc.option(fc.integer({ min: 0, max: 30 * hour })),
    pickedUpAgainAfter: fc.option(fc.integer({ min: 0, max: 20 * hour })),
    end: fc.constantFrom('DELIVERED', 'CANCELLED', null),
    endAfter: fc.integer({ min: 0, max: 80 * hour }),
    onTime: fc.boolean(),
    meters: fc.double({ min: 0, max: 5e6, noNaN: true }),
    stars: fc.option(fc.integer({ min: 1, max: 5 })),
    cents: fc.integer({ min: 1, max: 1_000_000 }),
    billedIn: fc.constantFrom('USD', 'CAD'),
    paid: fc.array(fc.integer({ min: 1, max: 500_000 }), { maxLength: 3 }),
  }),
  { selector: (journey) => journey.shipmentId, maxLength: 25 },
);

function timesOf({ createdAt, pickupAfter, pickedUpAgainAfter, end, endAfter }: Journey) {
  const created = start + createdAt;
  const pickedUp = pickupAfter === null ? null : created + pickupAfter;
  const again = pickedUp === null || pickedUpAgainAfter === null ? null : pickedUp + pickedUpAgainAfter;
  const delivered = end === 'DELIVERED' && pickedUp !== null;
  const ended = end === null || (end === 'DELIVERED' && !delivered) ? null : (again ?? pickedUp ?? created) + endAfter;
  return { created, pickedUp, again, delivered, ended };
}

const iso = (time: number) => new Date(time).toISOString();

/** The events of a journey, in order. */
function eventsOf(journey: Journey): Fact[] {
  const { shipmentId, organizationId, driverId } = journey;
  const { created, pickedUp, again, delivered, ended } = timesOf(journey);
  const createdAt = iso(created);
  const facts = toFacts('shipment.created', { organizationId, createdAt });
  for (const at of [pickedUp, again]) {
    if (at !== null) facts.push(...toFacts('shipment.pickedUp', { shipmentId, driverId, at: iso(at) }));
  }
  if (ended === null) return facts;
  const at = iso(ended);
  if (!delivered || pickedUp === null) {
    return [...facts, ...toFacts('shipment.cancelled', { shipmentId, organizationId, driverId, at })];
  }
  const { onTime, meters: distanceMeters, stars, cents, billedIn: currency } = journey;
  const carried = { onTime, pickedUpAt: iso(pickedUp), createdAt, distanceMeters };
  facts.push(...toFacts('shipment.delivered', { shipmentId, organizationId, driverId, at, ...carried }));
  facts.push(...toFacts('invoice.issued', { organizationId, amountCents: cents, costCents: cents >> 1, currency, at }));
  if (stars !== null) facts.push(...toFacts('shipment.rated', { organizationId, driverId, stars, at }));
  for (const amountCents of journey.paid) {
    facts.push(...toFacts('payment.recorded', { organizationId, amountCents, currency, at }));
  }
  return facts;
}

/** Does in memory what the store does with facts. */
function count(facts: readonly Fact[]) {
  const carriages = new Map<string, Carriage>();
  const all = facts.flatMap((fact) => {
    if (fact.kind !== 'carriage') return [fact];
    const before = carriages.get(fact.shipmentId) ?? unknownCarriage;
    const after = merge(before, fact);
    carriages.set(fact.shipmentId, after);
    return carriageFacts(before, after);
  });
  return foldFacts(all);
}

/** Counts the records day by day in the simplest way, without events. */
function recount(records: readonly Journey[], belongs: (journey: Journey) => boolean, day: string) {
  const mine = records.filter(belongs).map((journey) => ({ ...journey, ...timesOf(journey) }));
  const on = (time: number | null) => time !== null && iso(time).startsWith(day);
  const done = mine.filter(({ delivered, ended }) => delivered && on(ended));
  const billed = done.filter(({ billedIn }) => billedIn === 'USD');
  const stars = done.flatMap((journey) => (journey.stars === null ? [] : [journey.stars]));
  const add = (values: readonly number[]) => values.reduce((left, right) => left + right, 0);
  return {
    shipmentsCreated: mine.filter(({ created }) => on(created)).length,
    shipmentsDelivered: done.length,
    shipmentsCancelled: mine.filter(({ delivered, ended }) => !delivered && on(ended)).length,
    deliveredOnTime: done.filter(({ onTime }) => onTime).length,
    transitMs: add(done.map(({ ended, pickedUp }) => (ended ?? 0) - (pickedUp ?? 0))),
    orderMs: add(done.map(({ ended, created }) => (ended ?? 0) - created)),
    distanceMeters: add(done.map(({ meters }) => Math.round(meters))),
    invoices: billed.length,
    revenueCents: add(billed.map(({ cents }) => cents)),
    costCents: add(billed.map(({ cents }) => Math.floor(cents / 2))),
    otherCurrencyInvoices: done.length - billed.length,
    collectedCents: add(billed.flatMap(({ paid }) => paid)),
    ratings: stars.length,
    stars: add(stars),
    promoters: stars.filter((count) => count > 4).length,
    detractors: stars.filter((count) => count < 4).length,
  };
}

function expectDays(counted: readonly object[], expected: readonly { day: string }[]): void {
  const busy = expected.filter((row) => Object.values(row).some((value) => typeof value === 'number' && value !== 0));
  expect(counted).toEqual(busy);
}

const days = Array.from({ length: 20 }, (_, index) => dayOf(start + index * 24 * hour));

describe('facts equal a recount of the records', () => {
  test('for the company and each organization, on every day', () => {
    fc.assert(
      fc.property(journeys, (records) => {
        const { company, organizations } = count(records.flatMap(eventsOf));
        expectDays(
          company,
          days.map((day) => ({ day, ...recount(records, () => true, day) })),
        );
        for (const organizationId of ['acme', 'brown', 'coyote']) {
          const own = (journey: Journey) => journey.organizationId === organizationId;
          expectDays(
            organizations.filter((row) => row.organizationId === organizationId),
            days.map((day) => ({ organizationId, day, ...recount(records, own, day) })),
          );
        }
      }),
    );
  });

  test('for the days on which each driver carried a load', () => {
    fc.assert(
      fc.property(journeys, (records) => {
        const { drivers } = count(records.flatMap(eventsOf));
        for (const driverId of ['ann', 'bob']) {
          const loads = records.filter((journey) => journey.driverId === driverId).map(timesOf);
          const expected = days.map((day) => {
            const begins = Date.parse(day);
            return loads.filter(
              ({ pickedUp, ended }) =>
                pickedUp !== null && ended !== null && pickedUp < begins + 24 * hour && ended >= begins,
            ).length;
          });
          const own = new Map(drivers.filter((row) => row.driverId === driverId).map((row) => [row.day, row]));
          expect(days.map((day) => own.get(day)?.loadsCarried ?? 0)).toEqual(expected);
        }
      }),
    );
  });

  test('for any order of events', () => {
    const shuffled = journeys
      .map((records) => records.flatMap(eventsOf))
      .chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })));
    fc.assert(
      fc.property(shuffled, ([inOrder, anyOrder]) => {
        expect(count(anyOrder)).toEqual(count(inOrder));
      }),
    );
  });

  test('even if the events of a load arrive again', () => {
    fc.assert(
      fc.property(journeys, (records) => {
        const facts = records.flatMap(eventsOf);
        const again = facts.filter((fact) => fact.kind === 'carriage');
        expect(count([...facts, ...again])).toEqual(count(facts));
      }),
    );
  });
});

describe('a day of figures is a UTC day', () => {
  const createdAt = (instant: string) => toFacts('shipment.created', { organizationId: 'acme', createdAt: instant });
  const daysOfFacts = (facts: readonly Fact[]) => foldFacts(facts).company.map(({ day }) => day);

  test('it ends at midnight UTC, in any time zone of the truck', () => {
    expect(
      daysOfFacts([
        ...createdAt('2026-12-31T23:59:59.999Z'),
        ...createdAt('2027-01-01T00:00:00.000Z'),
        ...createdAt('2027-01-01T23:00:00-05:00'),
      ]),
    ).toEqual(['2026-12-31', '2027-01-01', '2027-01-02']);
  });

  test('leap days are included', () => {
    expect(daysOfFacts(createdAt('2028-02-29T12:00:00Z'))).toEqual(['2028-02-29']);
    expect(
      foldFacts(
        carriageFacts(unknownCarriage, {
          driverId: 'ann',
          pickedUpAt: '2028-02-28T23:00:00Z',
          endedAt: '2028-03-01T00:00:00Z',
        }),
      ).drivers.map(({ day }) => day),
    ).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
  });
});
