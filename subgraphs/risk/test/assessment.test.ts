import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { AssessmentEntity, ReviewCaseEntity } from '../entities.ts';
import {
  type Booked,
  bookingOf,
  createReceiver,
  givenOldOrganization,
  givenReview,
  type Receiver,
  type RiskUnderTest,
  reviewer,
  startRisk,
  town,
} from './risk.ts';

let risk: RiskUnderTest;
let receiver: Receiver;
beforeAll(async () => {
  risk = await startRisk();
  receiver = createReceiver(risk);
  // A common lane, so that only the subject of a test is unusual.
  const organizationId = await givenOldOrganization(receiver, 'Everyday');
  for (let day = 1; day <= 9; day++) {
    await receiver.receive('shipment.booked', bookingOf({ organizationId, bookedAt: `2026-02-0${day}T10:00:00.000Z` }));
  }
});
afterAll(() => risk.close());

const em = () => risk.services.database.fork();
const current = (shipmentId: string) => em().findOneOrFail(AssessmentEntity, { shipmentId, current: true });
const publishedOf = ({ shipmentId }: Booked) =>
  receiver.published.filter((event) => event.shipmentId === shipmentId).map(({ score, decision }) => [score, decision]);

describe('a booking', () => {
  test('of an old organization on a common lane is allowed', async () => {
    const booking = bookingOf({ organizationId: await givenOldOrganization(receiver) });
    await receiver.receive('shipment.booked', booking);
    expect(publishedOf(booking)).toEqual([[0, 'ALLOW']]);
  });

  test('of an unknown organization counts as new, until the organization is known', async () => {
    const organizationId = newId();
    const booking = bookingOf({ organizationId });
    await receiver.receive('shipment.booked', booking);
    const known = { organizationId, name: 'Late Known', tier: 'FREE' as const, createdAt: '2020-01-01T00:00:00.000Z' };
    await receiver.receive('organization.changed', known);
    await receiver.receive('organization.changed', known);
    expect(publishedOf(booking)).toEqual([
      [10, 'ALLOW'],
      [0, 'ALLOW'],
    ]);
  });

  test('by an account of this week counts as new, even in an old organization', async () => {
    const organizationId = await givenOldOrganization(receiver);
    const accountId = newId();
    await receiver.receive('account.registered', {
      accountId,
      organizationId,
      email: 'fresh@old.test',
      createdAt: '2026-02-27T12:00:00.000Z',
    });
    const booking = bookingOf({ organizationId, createdByAccountId: accountId });
    await receiver.receive('shipment.booked', booking);
    expect((await current(booking.shipmentId)).rules).toEqual(['NEW_ACCOUNT']);
  });

  test('that meets all four rules is reviewed, with every reason stored', async () => {
    const booking = await givenReview(receiver);
    expect(publishedOf(booking)).toEqual([[45, 'REVIEW']]);
    expect(await current(booking.shipmentId)).toMatchObject({
      rules: ['NEW_ACCOUNT', 'HIGH_VALUE_LITTLE_HISTORY', 'UNUSUAL_LANE', 'BURST'],
      facts: { earlierBookings: 5, bookingsInHour: 6, firstOnLane: true, laneShipmentsPerMonth: 0 },
    });
    const [open] = await em().find(ReviewCaseEntity, { shipmentId: booking.shipmentId });
    expect(open).toMatchObject({ status: 'OPEN', version: 1 });
  });

  test('after a long history counts a hundred earlier bookings', async () => {
    const organizationId = await givenOldOrganization(receiver);
    const first = bookingOf({ organizationId });
    await receiver.receive('shipment.booked', first);
    await em().execute(
      `insert into booking (shipment_id, reference, organization_id, account_id, version, lane, lane_key, value_cents, currency,
         booked_at, pickup_from, party_keys, open)
       select gen_random_uuid(), reference || n, organization_id, account_id, version, lane, lane_key, value_cents, currency,
         booked_at - n * interval '1 day', pickup_from, party_keys, false
       from booking, generate_series(1, 150) n where shipment_id = ?`,
      [first.shipmentId],
    );
    const booking = bookingOf({ organizationId });
    await receiver.receive('shipment.booked', booking);
    expect(await current(booking.shipmentId)).toMatchObject({ facts: { earlierBookings: 100, firstOnLane: false } });
  });

  test('that arrives twice, or in an older version, is assessed once', async () => {
    const booking = bookingOf({ organizationId: await givenOldOrganization(receiver), version: 4 });
    await receiver.receive('shipment.booked', booking);
    await receiver.receive('shipment.booked', booking);
    await receiver.receive('shipment.booked', { ...booking, version: 3, valueCents: 1 });
    expect(publishedOf(booking)).toHaveLength(1);
  });

  test('that changed is assessed again by its new facts, and counted once', async () => {
    const organizationId = await givenOldOrganization(receiver);
    const booking = bookingOf({ organizationId });
    await receiver.receive('shipment.booked', booking);
    await receiver.receive('shipment.booked', { ...booking, version: 3, valueCents: 30_000_000 });
    expect(publishedOf(booking)).toEqual([
      [0, 'ALLOW'],
      [15, 'ALLOW'],
    ]);
    expect(await current(booking.shipmentId)).toMatchObject({
      revision: 2,
      trigger: 'CHANGED',
      facts: { earlierBookings: 0, bookingsInHour: 1, valueCents: 30_000_000 },
    });
  });

  test('counts other bookings that arrive at the same moment', async () => {
    const organizationId = await givenOldOrganization(receiver);
    const bookings = [1, 2, 3, 4, 5, 6].map(() => bookingOf({ organizationId }));
    await Promise.all(bookings.map((booking) => receiver.receive('shipment.booked', booking)));
    const scores = await Promise.all(bookings.map(async ({ shipmentId }) => (await current(shipmentId)).score));
    expect(scores.toSorted()).toEqual([0, 0, 0, 0, 0, 8]);
  });

  test('treats a lane of other customers as common, in the same direction only', async () => {
    const organizationId = await givenOldOrganization(receiver);
    const back = bookingOf({ organizationId, origin: town('Dallas', 'TX'), destination: town('CHICAGO', 'IL') });
    await receiver.receive('shipment.booked', back);
    expect((await current(back.shipmentId)).rules).toEqual(['UNUSUAL_LANE']);
  });
});

test.each(['shipment.cancelled', 'shipment.pickedUp'] as const)(
  'after %s there is no decision to make',
  async (name) => {
    const { shipmentId, organizationId } = await givenReview(receiver);
    const step = { shipmentId, organizationId, driverId: null, vehicleId: null, at: '2026-03-02T00:00:00.000Z' };
    await receiver.receive(name, { ...step, reason: 'changed plans' });
    await receiver.receive(name, { ...step, reason: 'changed plans' });
    expect(await em().find(ReviewCaseEntity, { shipmentId })).toMatchObject([{ status: 'WITHDRAWN', version: 2 }]);
  },
);

test('cancelling a shipment that was never booked changes nothing', async () => {
  const at = '2026-03-02T00:00:00.000Z';
  const step = { shipmentId: newId(), organizationId: newId(), driverId: null, vehicleId: null, at };
  await receiver.receive('shipment.cancelled', { ...step, reason: 'draft' });
});

describe('Shipment.risk', () => {
  const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { risk {
    score decision contributions { rule points reason parameters { name value } } facts { declaredValue { amount currency } }
    history { revision } reviewCase { status } } } } }`;

  test('has its reasons for staff and is refused to other callers', async () => {
    const { shipmentId: id, organizationId } = await givenReview(receiver);
    const variables = { r: [{ __typename: 'Shipment', id }] };
    const { data } = await risk.ask(reviewer, query, variables);
    expect(data).toMatchObject({
      _entities: [
        {
          risk: {
            score: 45,
            decision: 'REVIEW',
            contributions: [
              {
                rule: 'NEW_ACCOUNT',
                points: 10,
                parameters: expect.arrayContaining([{ name: 'newAccountDays', value: '7' }]),
              },
              { rule: 'HIGH_VALUE_LITTLE_HISTORY', points: 15 },
              { rule: 'UNUSUAL_LANE', points: 12 },
              { rule: 'BURST', points: 8 },
            ],
            facts: { declaredValue: { amount: '200000.00', currency: 'USD' } },
            history: [{ revision: 1 }],
            reviewCase: { status: 'OPEN' },
          },
        },
      ],
    });
    const before = risk.services.database.statements();
    for (const as of [anonymous, somebody(['CUSTOMER'], { organizationId }), somebody(['DRIVER'])]) {
      const { data: seen, errors } = await risk.ask(as, query, variables);
      expect(seen).toEqual({ _entities: [{ risk: null }] });
      expect(errors).toMatchObject([{ extensions: { code: as === anonymous ? 'UNAUTHENTICATED' : 'FORBIDDEN' } }]);
    }
    expect(risk.services.database.statements() - before).toBe(0);
  });

  test.each(['history(first: 21) { revision }', 'facts { watchlist(first: 0) { value } }'])(
    'refuses %s',
    async (field) => {
      const { shipmentId: id } = await givenReview(receiver);
      const { errors } = await risk.ask(
        reviewer,
        `query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { risk { ${field} } } } }`,
        { r: [{ __typename: 'Shipment', id }] },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    },
  );

  test('is null for drafts and invalid ids', async () => {
    const r = [newId(), 'no-uuid', 'nul\0'].map((id) => ({ __typename: 'Shipment', id }));
    const { data, errors } = await risk.ask(reviewer, query, { r });
    expect({ data, errors }).toEqual({
      data: { _entities: [{ risk: null }, { risk: null }, { risk: null }] },
      errors: [],
    });
  });

  test('takes the same number of statements for one shipment and for many', async () => {
    const shipments = await em().find(AssessmentEntity, { current: true }, { limit: 8 });
    const statements = async (count: number) => {
      const before = risk.services.database.statements();
      const r = shipments.slice(0, count).map(({ shipmentId: id }) => ({ __typename: 'Shipment', id }));
      expect((await risk.ask(reviewer, query, { r })).errors).toEqual([]);
      return risk.services.database.statements() - before;
    };
    expect(await statements(8)).toBe(await statements(1));
  });
});

describe('riskAssessments', () => {
  const query = `query($filter: RiskAssessmentFilter, $first: Int, $after: String) {
    riskAssessments(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { id score decision shipment { id } } } }`;
  interface List {
    riskAssessments: {
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
      nodes: { id: string; score: number; decision: string }[];
    };
  }
  const ask = async (variables: object) =>
    (await risk.ask<List>(reviewer, query, { ...variables })).data!.riskAssessments;

  test('filters by decision, rule, organization and score', async () => {
    const { organizationId } = await givenReview(receiver);
    const count = async (filter: object) => (await ask({ filter: { ...filter, organizationId } })).totalCount;
    const all = await count({});
    expect(await count({ decisions: ['REVIEW'] })).toBe(1);
    expect(await count({ decisions: ['REVIEW', 'ALLOW'] })).toBe(all);
    expect(await count({ decisions: [] })).toBe(0);
    expect(await count({ rules: ['BURST'] })).toBe(1);
    expect(await count({ rules: ['BURST', 'UNUSUAL_LANE'] })).toBeGreaterThan(1);
    expect(await count({ rules: ['WATCHLIST'] })).toBe(0);
    expect(await count({ decisions: ['ALLOW'], rules: ['BURST'] })).toBe(0);
    // The deprecated names.
    expect(await count({ decision: 'REVIEW' })).toBe(1);
    expect(await count({ rule: 'BURST' })).toBe(1);
    expect(await count({ rule: 'BURST', decisions: ['ALLOW'] })).toBe(0);
    expect((await ask({ filter: { minScore: 37, organizationId } })).nodes.map(({ score }) => score)).toEqual([
      45, 37, 37, 37, 37, 37,
    ]);
    expect((await ask({ filter: { organizationId: 'none' } })).nodes).toEqual([]);
  });

  test('filters by the time of the assessment', async () => {
    const { organizationId } = await givenReview(receiver);
    const count = async (filter: object) => (await ask({ filter: { ...filter, organizationId } })).totalCount;
    const all = await count({});
    const [from, until] = ['2020-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z'];
    expect(await count({ assessed: { from, until } })).toBe(all);
    expect(await count({ assessed: { until: from } })).toBe(0);
    expect(await count({ assessed: { from: until } })).toBe(0);
    // The deprecated names.
    expect(await count({ since: from, until })).toBe(all);
    expect(await count({ since: until })).toBe(0);
    expect(await count({ assessed: { from }, until: from })).toBe(0);
  });

  test('has pages without gaps or repetitions', async () => {
    const whole = await ask({ first: 100 });
    const seen: string[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await ask({ first: 7, after });
      seen.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen.slice(0, 100)).toEqual(whole.nodes.map(({ id }) => id));
    expect(new Set(seen).size).toBe(whole.totalCount);
  });

  test.each([
    { filter: { minScore: 101 } },
    { filter: { assessed: { from: '2026-03-02T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z' } } },
    { first: 0 },
    { after: 'x' },
    { after: Buffer.from('["now","x"]').toString('base64url') },
  ])('refuses wrong arguments (%#)', async (variables) => {
    expect((await risk.ask(reviewer, query, variables)).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([
    'riskAssessments { nodes { id } }',
    'reviewQueue { nodes { id } }',
    'watchlist { nodes { id } }',
    'riskPolicy { reviewAbove }',
    `reviewCase(id: "x") { id }`,
  ])('%s requires the scope risk:read', async (field) => {
    for (const as of [anonymous, somebody(['CUSTOMER']), somebody(['DRIVER']), somebody(['PARTNER'])]) {
      const { errors } = await risk.ask(as, `{ ${field} }`);
      expect(errors).toMatchObject([
        { extensions: { code: as.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN' } },
      ]);
    }
    expect((await risk.ask(somebody(['ANALYST']), `{ ${field} }`)).errors).toEqual([]);
  });

  test('the policy shows every rule with points and limits', async () => {
    const { data } = await risk.ask<{ riskPolicy: { rules: { points: number }[] } }>(
      reviewer,
      '{ riskPolicy { reviewAbove blockAbove rules { rule points parameters { name value } } } }',
    );
    expect(data?.riskPolicy).toMatchObject({ reviewAbove: 40, blockAbove: 75 });
    expect(data?.riskPolicy.rules.map(({ points }) => points)).toEqual([10, 15, 12, 8, 100]);
  });
});
