import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { assess } from '../../../subgraphs/risk/domain/rules.ts';
import { countedBookings } from '../../../subgraphs/risk/domain/vocabulary.ts';
import {
  AssessmentEntity,
  BookingEntity,
  ReviewCaseEntity,
  WatchlistEntryEntity,
} from '../../../subgraphs/risk/entities.ts';
import {
  bookingOf,
  createReceiver,
  type RiskUnderTest,
  reviewer,
  startRisk,
} from '../../../subgraphs/risk/test/risk.ts';
import { generateWorld } from '../../generate/generate.ts';
import { seedAlone } from '../../seeding/seed-alone.ts';
import { historicalFacts } from '../risk/facts.ts';

const now = new Date('2026-03-01T12:00:00Z');
const world = generateWorld({
  seed: 11,
  now,
  size: { hubs: 20, organizations: 12, drivers: 40, vehicles: 30, shipments: 1_500, openPerStatus: 3, months: 6 },
});
const judged = world.shipments.filter(({ risk }) => risk !== null);

let risk: RiskUnderTest;
beforeAll(async () => {
  risk = await startRisk();
  await seedAlone(risk, world);
});
afterAll(() => risk.close());

const em = () => risk.services.database.fork();

describe('the seed', () => {
  test('judges every booking of the world as the world does', () => {
    const mine = historicalFacts(world).map(({ shipment, facts }) => {
      const { score, verdict } = assess(facts);
      return [shipment.reference, score, verdict];
    });
    const theirs = judged.map(({ reference, risk }) => [reference, risk?.score, risk?.verdict]);
    expect(mine.toSorted()).toEqual(theirs.toSorted());
  });

  test('holds one assessment per booking, the world’s watchlist, and what can still be stopped', async () => {
    expect(await em().count(AssessmentEntity, {})).toBe(judged.length);
    expect(await em().count(WatchlistEntryEntity, {})).toBe(world.watchlist.length);
    const open = judged.filter(({ pickedUpAt, status }) => !pickedUpAt && status !== 'CANCELLED');
    expect(await em().count(BookingEntity, { open: true })).toBe(open.length);
  });

  test('every review of the world stands in the queue with its decision, and holds for its shipment', async () => {
    const reviews = judged.filter(({ risk }) => risk?.verdict === 'REVIEW');
    const cases = await em().find(ReviewCaseEntity, {});
    expect(cases.map(({ shipmentId }) => shipmentId).toSorted()).toEqual(
      reviews.map(({ id }) => id as string).toSorted(),
    );
    for (const { id, risk } of reviews) {
      const { decision } = await em().findOneOrFail(AssessmentEntity, { shipmentId: id, current: true });
      const reviewed = risk?.decision?.decision;
      expect(decision).toBe(reviewed === 'APPROVED' ? 'ALLOW' : reviewed === 'REJECTED' ? 'BLOCK' : 'REVIEW');
    }
  });

  test('what was carried was allowed', async () => {
    const carried = judged.filter(({ pickedUpAt }) => pickedUpAt).map(({ id }) => id as string);
    expect(await em().count(AssessmentEntity, { shipmentId: { $in: carried }, decision: { $ne: 'ALLOW' } })).toBe(0);
  });

  test('is history for the bookings that come after it', async () => {
    const [organization] = world.organizations;
    const mine = judged.filter(({ organizationId }) => organizationId === organization?.id);
    const shipmentId = newId();
    const bookedAt = now.toISOString();
    await createReceiver(risk).receive(
      'shipment.booked',
      bookingOf({ shipmentId, organizationId: organization!.id, bookedAt }),
    );
    const { data } = await risk.ask(
      reviewer,
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { risk { facts { earlierBookings } } } } }',
      { r: [{ __typename: 'Shipment', id: shipmentId }] },
    );
    const earlierBookings = Math.min(countedBookings, mine.length);
    expect(data).toEqual({ _entities: [{ risk: { facts: { earlierBookings } } }] });
  });
});
