import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import {
  bookedShipment,
  codesOf,
  dispatcher,
  type Fleet,
  inHours,
  startFleet,
  type UserErrors,
} from './fleet-harness.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.close());

interface Redeemed extends UserErrors {
  entry: { id: string; points: number; amount: { amount: string; currency: string } } | null;
  account: { balancePoints: number } | null;
}

async function driverWith(deliveries: number) {
  const driverId = await fleet.registerDriver();
  for (let done = 0; done < deliveries; done++) await fleet.deliver(bookedShipment(), { driverId });
  const driver = somebody(['DRIVER'], { driverId });
  const redeem = (points: number, idempotencyKey: string = newId()) =>
    fleet.send<Redeemed>(
      driver,
      'redeemReward',
      'RedeemRewardInput',
      'entry { id points amount { amount currency } } account { balancePoints }',
      { points, idempotencyKey },
    );
  return { driverId, driver, redeem };
}

const rewards = `rewards { balancePoints worth { amount currency } earnedPoints forfeitedPoints redeemedPoints
  entries(first: 50) { nodes { kind points amount { amount } note } totalCount } }`;

interface Account {
  balancePoints: number;
  worth: { amount: string };
  earnedPoints: number;
  forfeitedPoints: number;
  redeemedPoints: number;
  entries: { nodes: { kind: string; points: number }[]; totalCount: number };
}

async function accountOf(driverId: string): Promise<Account> {
  const { data, errors } = await fleet.ask<{ driver: { rewards: Account } }>(
    dispatcher,
    `query Q($id: ID!) { driver(id: $id) { ${rewards} } }`,
    { id: driverId },
  );
  expect(errors).toEqual([]);
  return data!.driver.rewards;
}

describe('rewards', () => {
  test('100 points become 5 USD, and the ledger sums to the balance', async () => {
    const { driverId, redeem } = await driverWith(25);
    expect((await accountOf(driverId)).worth.amount).toBe('10.00');
    expect(await redeem(200)).toMatchObject({
      entry: { points: -200, amount: { amount: '10.00', currency: 'USD' } },
      account: { balancePoints: 50 },
      userErrors: [],
    });
    const account = await accountOf(driverId);
    expect(account).toMatchObject({ balancePoints: 50, earnedPoints: 250, redeemedPoints: 200, forfeitedPoints: 0 });
    expect(account.entries.totalCount).toBe(26);
    expect(account.entries.nodes.reduce((sum, { points }) => sum + points, 0)).toBe(50);
  });

  test('the same key redeems once, also when sent many times at once', async () => {
    const { driverId, redeem } = await driverWith(20);
    const key = newId();
    const results = await Promise.all(Array.from({ length: 6 }, () => redeem(100, key)));
    expect(new Set(results.map(({ entry }) => entry?.id)).size).toBe(1);
    expect((await accountOf(driverId)).balancePoints).toBe(100);
    expect(codesOf(await redeem(200, key))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('the same points can not be spent twice at once', async () => {
    const { driverId, redeem } = await driverWith(10);
    const results = await Promise.all(Array.from({ length: 8 }, () => redeem(100)));
    expect(results.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(results.flatMap(codesOf)).toEqual(Array(7).fill('INSUFFICIENT_POINTS'));
    expect((await accountOf(driverId)).balancePoints).toBe(0);
  });

  test('the database refuses a balance below zero', async () => {
    const { driverId } = await driverWith(1);
    await expect(
      fleet.rows('update reward_account set balance = balance - 100, redeemed = redeemed + 100 where driver_id = ?', [
        driverId,
      ]),
    ).rejects.toThrow(/reward_account_not_negative/);
  });

  test.each([0, -100, 50, 150, 100_100])('%i points are refused', async (points) => {
    const { redeem } = await driverWith(0);
    expect(codesOf(await redeem(points))).toContain('INVALID_INPUT');
  });

  test('a key that is too short or holds control characters is refused', async () => {
    const { redeem } = await driverWith(0);
    for (const key of ['short', 'x'.repeat(65), 'abc\u0000defgh', 'with space'])
      expect(codesOf(await redeem(100, key))).toEqual(['INVALID_INPUT']);
  });

  test('are redeemed by drivers only', async () => {
    const { errors } = await fleet.ask(
      dispatcher,
      'mutation M($input: RedeemRewardInput!) { redeemReward(input: $input) { userErrors { code } } }',
      { input: { points: 100, idempotencyKey: newId() } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('a safety incident', () => {
  const report = (driverId: string, given: object = {}, as = dispatcher) =>
    fleet.send<{ incident: { id: string } | null } & UserErrors>(
      as,
      'reportIncident',
      'ReportIncidentInput',
      'incident { id }',
      {
        driverId,
        kind: 'HARD_BRAKING',
        severity: 'LOW',
        description: 'Braked hard at an exit',
        occurredAt: inHours(-2),
        idempotencyKey: newId(),
        ...given,
      },
    );

  test('costs 50 points of the score, and at most the balance of the rewards', async () => {
    const { driverId } = await driverWith(3);
    await report(driverId, { vehicleId: await fleet.registerVehicle() });
    const { data } = await fleet.ask(
      dispatcher,
      `query Q($id: ID!) { driver(id: $id) { score { points incidents incidentPoints }
        incidents { totalCount nodes { kind severity vehicle { plate } driver { id } shipment { id } } } } }`,
      { id: driverId },
    );
    expect(data).toMatchObject({
      driver: {
        score: { points: 80, incidents: 1, incidentPoints: -50 },
        incidents: { totalCount: 1, nodes: [{ kind: 'HARD_BRAKING', driver: { id: driverId }, shipment: null }] },
      },
    });
    expect(await accountOf(driverId)).toMatchObject({ balancePoints: 0, earnedPoints: 30, forfeitedPoints: 30 });
  });

  test('reported twice with one key counts once', async () => {
    const { driverId } = await driverWith(0);
    const idempotencyKey = newId();
    const results = await Promise.all([1, 2, 3].map(() => report(driverId, { idempotencyKey })));
    expect(new Set(results.map(({ incident }) => incident?.id)).size).toBe(1);
    expect(codesOf(await report(driverId, { idempotencyKey, severity: 'HIGH' }))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test.each([
    ['a time in the future', { occurredAt: inHours(1) }, ['INVALID_TIME']],
    ['a time more than a year ago', { occurredAt: '2024-01-01T00:00:00Z' }, ['INVALID_TIME']],
    ['an empty description', { description: '' }, ['INVALID_INPUT']],
    ['a long description', { description: 'x'.repeat(2_001) }, ['INVALID_INPUT']],
    ['a NUL', { description: 'a\u0000b' }, ['INVALID_INPUT']],
    ['a lone surrogate', { description: 'a\ud800b' }, ['INVALID_INPUT']],
    ['an unknown vehicle', { vehicleId: newId() }, ['NOT_FOUND']],
    ['an unknown shipment', { shipmentId: 'x' }, ['NOT_FOUND']],
    ['an unknown driver', { driverId: newId() }, ['NOT_FOUND']],
  ])('with %s is refused', async (_name, given, codes) => {
    const { driverId } = await driverWith(0);
    expect(codesOf(await report(driverId, given))).toEqual(codes);
  });
});
