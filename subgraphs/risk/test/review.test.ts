import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { openSubgraph } from '#shared/server.ts';
import { createTestDatabase, somebody, startTestSubgraph, type TestDatabase } from '#shared/test/harness.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { ReviewCaseEntity } from '../entities.ts';
import { risk as subgraph } from '../subgraph.ts';
import { createReceiver, givenReview, type Receiver, type RiskUnderTest, reviewer } from './risk.ts';

let database: TestDatabase;
let risk: RiskUnderTest;
let receiver: Receiver;
beforeAll(async () => {
  database = await createTestDatabase();
  risk = await startTestSubgraph(subgraph, { database });
  receiver = createReceiver(risk);
});
afterAll(async () => {
  await risk.close();
  await database.drop();
});

interface Payload {
  readonly reviewCase: {
    readonly id: string;
    readonly status: string;
    readonly decision: string | null;
    readonly reason: string | null;
    readonly version: number;
    readonly decidedBy: { id: string } | null;
    readonly assessment: { decision: string } | null;
  } | null;
  readonly userErrors: readonly { code: string; field: string[] | null }[];
}
const decideMutation = `mutation($input: DecideReviewInput!) { decideReview(input: $input) {
  reviewCase { id status decision reason version decidedBy { id } assessment { decision } } userErrors { code field message } } }`;

async function decide(input: object, as: Identity = reviewer): Promise<Payload> {
  const { data, errors } = await risk.ask<{ decideReview: Payload }>(as, decideMutation, { input });
  expect(errors).toEqual([]);
  return data!.decideReview;
}

const em = () => risk.services.database.fork();
const openCase = (shipmentId: string) => em().findOneOrFail(ReviewCaseEntity, { shipmentId, status: 'OPEN' });
const reason = 'Called back, papers in order';

async function decided(decision: 'APPROVE' | 'REJECT') {
  const booking = await givenReview(receiver);
  const { id: reviewCaseId } = await openCase(booking.shipmentId);
  const result = await decide({ reviewCaseId, decision, reason, expectedVersion: 1 });
  return { booking, reviewCaseId, result };
}
const lastDecision = (shipmentId: string) =>
  receiver.published.findLast((event) => event.shipmentId === shipmentId)?.decision;

describe('decideReview', () => {
  test.each([
    ['APPROVE', 'ALLOW'],
    ['REJECT', 'BLOCK'],
  ] as const)('%s makes the shipment %s, with reviewer and reason', async (decision, expected) => {
    const { result } = await decided(decision);
    expect(result).toMatchObject({
      reviewCase: {
        status: 'DECIDED',
        decision,
        reason,
        version: 2,
        decidedBy: { id: reviewer.accountId },
        assessment: { decision: expected },
      },
      userErrors: [],
    });
  });

  test('may follow a change of the shipment without other facts, but not one that the reviewer has not seen', async () => {
    const booking = await givenReview(receiver);
    const { id: reviewCaseId } = await openCase(booking.shipmentId);
    const input = { reviewCaseId, decision: 'APPROVE', reason, expectedVersion: 1 };
    await receiver.receive('shipment.booked', { ...booking, version: 3 });
    expect(await openCase(booking.shipmentId)).toMatchObject({ id: reviewCaseId, version: 1 });
    await receiver.receive('shipment.booked', { ...booking, version: 4, valueCents: booking.valueCents + 1 });
    expect((await decide(input)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    await receiver.receive('shipment.booked', { ...booking, version: 5, valueCents: booking.valueCents + 1 });
    expect((await decide({ ...input, expectedVersion: 2 })).userErrors).toEqual([]);
  });

  test('sends one event to other subgraphs', async () => {
    const received: unknown[] = [];
    const neighbour = await openSubgraph(
      sampleSubgraph('fleet', {
        'risk.assessed': async (_transaction, { shipmentId, decision }) => void received.push([shipmentId, decision]),
      }),
      { databaseUrl: database.urlFor('fleet'), live: risk.live, log: risk.services.log },
    );
    try {
      const { booking, reviewCaseId } = await decided('APPROVE');
      await decide({ reviewCaseId, decision: 'REJECT', reason, expectedVersion: 1 });
      await neighbour.services.jobs.drain();
      const { shipmentId } = booking;
      expect(received.filter((entry) => (entry as string[])[0] === shipmentId)).toEqual([
        [shipmentId, 'REVIEW'],
        [shipmentId, 'ALLOW'],
      ]);
    } finally {
      await neighbour.close();
    }
  });

  test('lets one of several reviewers decide; the others get CONFLICT and the decided case', async () => {
    const { shipmentId } = await givenReview(receiver);
    const { id: reviewCaseId } = await openCase(shipmentId);
    const results = await Promise.all(
      (['APPROVE', 'REJECT', 'REJECT'] as const).map((decision) =>
        decide({ reviewCaseId, decision, reason, expectedVersion: 1 }),
      ),
    );
    expect(results.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['CONFLICT', 'CONFLICT']);
    const winner = results.find(({ userErrors }) => userErrors.length === 0)?.reviewCase;
    for (const { reviewCase } of results) expect(reviewCase).toMatchObject({ decision: winner?.decision, version: 2 });
  });

  test('takes the deprecated name of the case, too', async () => {
    const { shipmentId } = await givenReview(receiver);
    const { id: caseId } = await openCase(shipmentId);
    const rest = { decision: 'APPROVE', reason, expectedVersion: 1 };
    expect(await decide({ ...rest, caseId, reviewCaseId: newId() })).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', field: ['caseId'] }],
    });
    expect(await decide(rest)).toMatchObject({ userErrors: [{ code: 'INVALID_INPUT', field: ['reviewCaseId'] }] });
    expect(await decide({ ...rest, caseId })).toMatchObject({ reviewCase: { id: caseId, version: 2 }, userErrors: [] });
  });

  test('takes effect once per idempotency key', async () => {
    const { shipmentId } = await givenReview(receiver);
    const { id: reviewCaseId } = await openCase(shipmentId);
    const input = { reviewCaseId, decision: 'APPROVE', reason, expectedVersion: 1, idempotencyKey: newId() };
    const first = await decide(input);
    expect(first).toMatchObject({ reviewCase: { status: 'DECIDED', version: 2 }, userErrors: [] });
    const published = receiver.published.length;
    expect(await decide(input)).toEqual(first);
    expect(receiver.published).toHaveLength(published);
    expect(await decide({ ...input, decision: 'REJECT' })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
  });

  test('refuses a case that is no longer open', async () => {
    const { reviewCaseId } = await decided('APPROVE');
    const again = await decide({ reviewCaseId, decision: 'REJECT', reason, expectedVersion: 2 });
    expect(again).toMatchObject({ reviewCase: null, userErrors: [{ code: 'NOT_OPEN' }] });
  });

  test.each([newId(), 'no-uuid', 'nul\0', "' or 1=1 --"])('refuses an id without a case (%#)', async (reviewCaseId) => {
    const result = await decide({ reviewCaseId, decision: 'APPROVE', reason, expectedVersion: 1 });
    expect(result).toMatchObject({ reviewCase: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });

  test.each(['', 'why', 'nul\0 in it', 'x'.repeat(501), 'x'.repeat(100_000)])(
    'refuses a bad reason (%#)',
    async (given) => {
      const result = await decide({ reviewCaseId: newId(), decision: 'APPROVE', reason: given, expectedVersion: 1 });
      expect(result.userErrors[0]).toMatchObject({ code: 'INVALID_INPUT', field: ['reason'] });
    },
  );

  test('requires the scope risk:review', async () => {
    const input = { reviewCaseId: newId(), decision: 'APPROVE', reason, expectedVersion: 1 };
    for (const as of [anonymous, somebody(['ANALYST']), somebody(['CUSTOMER']), somebody(['DRIVER'])]) {
      const { errors } = await risk.ask(as, decideMutation, { input });
      expect(errors).toMatchObject([
        { extensions: { code: as.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN' } },
      ]);
    }
  });
});

describe('a booking that changes after the decision', () => {
  test('keeps its approval if the risk is not higher', async () => {
    const { booking } = await decided('APPROVE');
    await receiver.receive('shipment.booked', { ...booking, version: 3, valueCents: booking.valueCents - 1 });
    expect(lastDecision(booking.shipmentId)).toBe('ALLOW');
    expect(await em().count(ReviewCaseEntity, { shipmentId: booking.shipmentId })).toBe(1);
  });

  test('returns to the queue if its value is higher', async () => {
    const { booking } = await decided('APPROVE');
    await receiver.receive('shipment.booked', { ...booking, version: 3, valueCents: booking.valueCents + 1 });
    expect(lastDecision(booking.shipmentId)).toBe('REVIEW');
    expect(await openCase(booking.shipmentId)).toMatchObject({ version: 1 });
  });

  test('stays rejected', async () => {
    const { booking } = await decided('REJECT');
    await receiver.receive('shipment.booked', { ...booking, version: 3, valueCents: 100 });
    expect(lastDecision(booking.shipmentId)).toBe('BLOCK');
  });

  test('leaves the queue if too few rules apply', async () => {
    const booking = await givenReview(receiver);
    await receiver.receive('shipment.booked', { ...booking, version: 3, valueCents: 100 });
    expect(lastDecision(booking.shipmentId)).toBe('ALLOW');
    expect(await em().find(ReviewCaseEntity, { shipmentId: booking.shipmentId })).toMatchObject([
      { status: 'WITHDRAWN' },
    ]);
  });

  test('cannot be decided with the version before the change', async () => {
    const booking = await givenReview(receiver);
    const { id: reviewCaseId } = await openCase(booking.shipmentId);
    await receiver.receive('shipment.booked', { ...booking, version: 3, valueCents: booking.valueCents * 2 });
    const result = await decide({ reviewCaseId, decision: 'APPROVE', reason, expectedVersion: 1 });
    expect(result).toMatchObject({ reviewCase: { status: 'OPEN', version: 2 }, userErrors: [{ code: 'CONFLICT' }] });
  });
});

describe('reviewQueue', () => {
  const query = `query($filter: ReviewCaseFilter, $first: Int, $after: String) {
    reviewQueue(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { id status reference pickupFrom shipment { id } organization { id } assessment { score contributions { rule } } } } }`;
  interface Queue {
    reviewQueue: {
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
      nodes: { id: string; status: string; reference: string }[];
    };
  }

  test('shows open cases by default, each with what a reviewer needs', async () => {
    const open = await givenReview(receiver);
    await decided('REJECT');
    const { data } = await risk.ask<Queue>(
      reviewer,
      query.replace('filter: $filter, ', '').replace('$filter: ReviewCaseFilter, ', ''),
      { first: 100 },
    );
    expect(new Set(data?.reviewQueue.nodes.map(({ status }) => status))).toEqual(new Set(['OPEN']));
    expect(data?.reviewQueue.nodes.find(({ reference }) => reference === open.reference)).toMatchObject({
      shipment: { id: open.shipmentId },
      organization: { id: open.organizationId },
      pickupFrom: '2026-03-05T08:00:00.000Z',
      assessment: { score: 45 },
    });
    const statusesOf = async (filter: object) => {
      const other = await risk.ask<Queue>(reviewer, query, { filter, first: 100 });
      return [...new Set(other.data?.reviewQueue.nodes.map(({ status }) => status))].toSorted();
    };
    expect(await statusesOf({ statuses: ['DECIDED'] })).toEqual(['DECIDED']);
    expect(await statusesOf({ statuses: ['DECIDED', 'OPEN'] })).toEqual(['DECIDED', 'OPEN']);
    expect(await statusesOf({ statuses: [] })).toEqual([]);
    expect(await statusesOf({ status: 'DECIDED' })).toEqual(['DECIDED']); // deprecated
  });

  test('pages through all cases in a constant number of statements', async () => {
    const whole = await risk.ask<Queue>(reviewer, query, { filter: {}, first: 100 });
    const seen: string[] = [];
    const counts = new Set<number>();
    let after: string | undefined;
    for (let more = true; more; ) {
      const before = risk.services.database.statements();
      const { data } = await risk.ask<Queue>(reviewer, query, { filter: {}, first: 3, after });
      counts.add(risk.services.database.statements() - before);
      seen.push(...data!.reviewQueue.nodes.map(({ id }) => id));
      after = data!.reviewQueue.pageInfo.endCursor;
      more = data!.reviewQueue.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(whole.data?.reviewQueue.nodes.map(({ id }) => id));
    expect(seen).toHaveLength(whole.data!.reviewQueue.totalCount);
    expect(counts.size).toBe(1);
  });
});
