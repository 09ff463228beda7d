import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type AccountIdentity, anonymous, scopesOf } from '#shared/identity/identity.ts';
import { loadSupergraphModel } from '../../../engine/supergraph/model.ts';
import { RequestRefusal } from '../../../errors/request-refusal.ts';
import { Budgets, type BudgetsOptions, type PricedOperation } from '../budgets.ts';
import { MemoryStore } from '../memory-store.ts';
import { MemorySlots } from '../slots.ts';
import { budgetSubject, tierLimits } from '../tiers.ts';

const partner: AccountIdentity = {
  kind: 'account',
  accountId: 'a1',
  credential: { kind: 'session', needsCode: false },
  organizationId: 'o1',
  driverId: null,
  roles: ['PARTNER'],
  scopes: scopesOf(['PARTNER']),
  tier: 'STANDARD',
};

function openBudgets(options: Partial<BudgetsOptions> = {}) {
  const clock = { now: 0 };
  const exceeded: string[] = [];
  const budgets = new Budgets({
    mode: 'enforce',
    store: new MemoryStore(() => clock.now),
    slots: new MemorySlots(),
    onExceeded: (reason, tier) => exceeded.push(`${reason} ${tier}`),
    ...options,
  });
  const reserve = (price: number, operation: Partial<PricedOperation> = {}) =>
    budgets.reserve({
      identity: partner,
      address: '203.0.113.7',
      price,
      isSubscription: false,
      rootFields: () => [],
      ...operation,
    });
  /** Runs an operation of this price and cost. */
  const spend = async (price: number, cost = price, operation?: Partial<PricedOperation>) => {
    const spending = await reserve(price, operation);
    spending.settle(cost);
    spending.end();
    return spending;
  };
  const refusal = async (attempt: Promise<unknown>): Promise<RequestRefusal> => {
    const error = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof RequestRefusal)) throw new Error(`refused with ${String(error)}`);
    return error;
  };
  return { budgets, clock, exceeded, reserve, spend, refusal };
}

describe('an operation whose outcome may be known already', () => {
  const size = { burst: 15, points: 1, perMs: 1_000_000 };
  const limits = { ...tierLimits, STANDARD: { ...tierLimits.STANDARD, points: size } };
  const operation = {
    identity: partner,
    address: '203.0.113.7',
    price: 12,
    isSubscription: false,
    rootFields: () => [],
  };

  test('reserves a point, and its price only if it runs', async () => {
    const { budgets, reserve } = openBudgets({ limits });
    const left = async () => (await budgets.read(partner, operation.address)).points.available;
    const spending = await reserve(1);
    expect(await left()).toBe(14);
    await budgets.raise(spending, operation);
    expect([await left(), spending.price]).toEqual([3, 12]);
    spending.settle(10);
    spending.end();
    expect(await left()).toBe(5);
    const replay = await reserve(1); // 12 points are not left
    replay.settle(1);
    replay.end();
    expect(await left()).toBe(4);
  });

  test('of a FREE caller that is refused does not count as one of its requests', async () => {
    const { budgets, reserve, refusal } = openBudgets({
      limits: { ...tierLimits, FREE: { ...tierLimits.FREE, points: size } },
    });
    const free = { ...operation, identity: { ...partner, tier: 'FREE' as const }, price: 20 };
    const spending = await reserve(1, { identity: free.identity });
    await refusal(budgets.raise(spending, free));
    spending.settle(0);
    const { points, requests } = await budgets.read(free.identity, free.address);
    expect([points.available, requests?.available]).toEqual([15, 100]);
  });

  test('is refused with the time to wait if there are too few points to run it, and gets its point back', async () => {
    const { budgets, reserve, refusal, spend } = openBudgets({ limits });
    await spend(10);
    const spending = await reserve(1);
    const refused = await refusal(budgets.raise(spending, operation));
    expect([refused.code, refused.extensions['retryAfterSeconds']]).toEqual(['RATE_LIMITED', 7_000]);
    spending.settle(0);
    expect(spending.report()).toMatchObject({ requestedQueryCost: 12, throttleStatus: { currentlyAvailable: 5 } });
  });

  test('that goes on after its client has left costs its price', async () => {
    const spent: number[] = [];
    const { budgets, reserve } = openBudgets({ limits });
    const spending = await reserve(1, { onPaid: (points) => spent.push(points) });
    spending.end();
    await budgets.raise(spending, operation);
    expect([spending.spent, spent]).toEqual([1, [11]]);
  });
});

describe('the subject of a budget', () => {
  test.each([
    ['people and keys of one organization', partner, 'organization:o1', 'STANDARD'],
    ['an account without organization', { ...partner, organizationId: null }, 'account:a1', 'STANDARD'],
    ['staff, by account and as ENTERPRISE', { ...partner, roles: ['ANALYST' as const] }, 'account:a1', 'ENTERPRISE'],
    ['anonymous callers, by network and as FREE', anonymous, 'network:2001:db8:0:0::/64', 'FREE'],
  ])('%s', (_who, identity, key, tier) => {
    expect(budgetSubject(identity, '2001:db8::17')).toMatchObject({ key, tier });
  });
});

describe('a page', () => {
  const page = (requested: number) => ({ argument: 'Query.shipments(first:)', requested });
  const free = { ...partner, tier: 'FREE' as const };

  test.each([
    ['FREE', free, 50],
    ['anonymous', anonymous, 50],
    ['STANDARD', partner, 100],
  ])('of a %s caller may be as long as its tier allows', (_tier, identity, longest) => {
    const { budgets, exceeded } = openBudgets();
    budgets.requirePage(page(longest), identity, '203.0.113.7');
    expect(() => budgets.requirePage(page(longest + 1), identity, '203.0.113.7')).toThrow(
      expect.objectContaining({
        code: 'MAX_PAGE_SIZE_LIMIT',
        extensions: expect.objectContaining({ requested: longest + 1, limit: longest }),
      }),
    );
    expect(exceeded).toHaveLength(1);
  });

  test('that is too long is only counted where budgets are measured', () => {
    const { budgets, exceeded } = openBudgets({ mode: 'measure' });
    budgets.requirePage(page(51), free, '203.0.113.7');
    expect(exceeded).toEqual(['page FREE']);
  });
});

describe('points', () => {
  test('are reserved by price and refunded to the actual cost', async () => {
    const { reserve } = openBudgets();
    const spending = await reserve(600);
    expect(spending.report()).toEqual({
      requestedQueryCost: 600,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_400, restoreRate: 100 },
    });
    spending.settle(150);
    expect(spending.report()).toMatchObject({
      actualQueryCost: 150,
      throttleStatus: { currentlyAvailable: 1_850 },
    });
  });

  test('beyond the price are never charged', async () => {
    const { spend } = openBudgets();
    const spending = await spend(100, 250);
    expect(spending.report()).toMatchObject({ actualQueryCost: 100, throttleStatus: { currentlyAvailable: 1_900 } });
  });

  test('that are missing are refused with a Retry-After after which the operation runs, and a second earlier does not', async () => {
    const { clock, spend, refusal } = openBudgets();
    await spend(2_000);
    const refused = await refusal(spend(251));
    expect(refused).toMatchObject({
      status: 429,
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 3 },
    });
    clock.now += 2_000;
    await refusal(spend(251));
    clock.now += 1_000;
    expect((await spend(251)).report()).toMatchObject({ actualQueryCost: 251 });
  });

  test('of one organization are shared by all its callers and by no other organization', async () => {
    const { spend } = openBudgets();
    await spend(500);
    const colleague = await spend(0, 0, { identity: { ...partner, accountId: 'a2' } });
    const other = await spend(0, 0, { identity: { ...partner, organizationId: 'o2' } });
    expect(colleague.report().throttleStatus.currentlyAvailable).toBe(1_500);
    expect(other.report().throttleStatus.currentlyAvailable).toBe(2_000);
  });

  test('of an operation that is never settled cost its price', async () => {
    const { reserve, spend } = openBudgets();
    (await reserve(300)).end();
    expect((await spend(0)).report().throttleStatus.currentlyAvailable).toBe(1_700);
  });

  test('that are only measured never refuse, and the excess is counted', async () => {
    const { spend, exceeded } = openBudgets({ mode: 'measure' });
    await spend(1_900);
    const spending = await spend(900);
    expect(spending.report().throttleStatus.currentlyAvailable).toBe(0);
    expect(exceeded).toEqual(['points STANDARD']);
  });
});

describe('headers', () => {
  test('state the policy and what is left, in points', async () => {
    const { spend } = openBudgets();
    expect((await spend(450)).headers()).toEqual({
      'ratelimit-policy': '"points";q=2000;w=20;qu="points"',
      ratelimit: '"points";r=1550;t=5',
    });
  });

  test('of anonymous callers state their number of requests too', async () => {
    const { spend } = openBudgets();
    expect((await spend(100, 100, { identity: anonymous })).headers()).toEqual({
      'ratelimit-policy': '"points";q=1000;w=20;qu="points", "requests";q=100;w=900;qu="requests"',
      ratelimit: '"points";r=900;t=2, "requests";r=99;t=9',
    });
  });
});

describe('requests', () => {
  test('of anonymous callers are 100 in 15 minutes, for each network', async () => {
    const { spend, refusal, clock } = openBudgets();
    for (let count = 0; count < 100; count++) await spend(0, 0, { identity: anonymous });
    expect(await refusal(spend(0, 0, { identity: anonymous }))).toMatchObject({
      status: 429,
      extensions: { retryAfterSeconds: 9 },
    });
    await spend(0, 0, { identity: anonymous, address: '198.51.100.1' });
    clock.now += 9_000;
    await spend(0, 0, { identity: anonymous });
  });

  test('of expensive kinds have limits of their own for anonymous and FREE callers', async () => {
    const { spend, refusal } = openBudgets();
    const quotes = { identity: anonymous, rootFields: () => ['viewer', 'priceEstimate'] };
    for (let count = 0; count < 30; count++) await spend(0, 0, quotes);
    expect(await refusal(spend(0, 0, quotes))).toMatchObject({
      message: 'A FREE caller may send 30 billing requests per 15 minutes. Try again in 30 s.',
      extensions: { retryAfterSeconds: 30 },
    });
    await spend(0, 0, { identity: anonymous });
    const assignments = { ...quotes, rootFields: () => ['recommendDrivers'] };
    for (let count = 0; count < 20; count++) await spend(0, 0, assignments);
    expect((await refusal(spend(0, 0, assignments))).message).toContain('20 dispatch requests per minute');
    for (let count = 0; count < 40; count++) await spend(0, 0, { rootFields: quotes.rootFields });
  });

  test('that are refused count nowhere, and run after the time that the refusal states', async () => {
    const { spend, refusal, clock } = openBudgets();
    const quote = { identity: anonymous, rootFields: () => ['priceEstimate'] };
    for (let count = 0; count < 29; count++) await spend(0, 0, quote);
    await spend(1_000, 1_000, { identity: anonymous });
    // Points for it are there after four seconds. The last quote of the quarter of an hour stays for it.
    for (let count = 0; count < 50; count++)
      expect((await refusal(spend(200, 200, quote))).extensions).toMatchObject({ retryAfterSeconds: 4 });
    clock.now += 4_000;
    await spend(200, 200, quote);
  });

  test('that lack several things are told the longest time', async () => {
    const { spend, refusal, clock } = openBudgets();
    for (let count = 0; count < 99; count++) await spend(0, 0, { identity: anonymous });
    await spend(1_000, 1_000, { identity: anonymous });
    const retryAfter = async (price: number) =>
      (await refusal(spend(price, price, { identity: anonymous }))).extensions['retryAfterSeconds'];
    expect([await retryAfter(50), await retryAfter(1_000)]).toEqual([9, 20]);
    clock.now += 19_000;
    expect(await retryAfter(1_000)).toBe(1);
    clock.now += 1_000;
    await spend(1_000, 1_000, { identity: anonymous });
  });

  test('of expensive kinds are told by root fields that the graph has', () => {
    const supergraph = readFileSync(new URL('../../../../schema/supergraph.graphql', import.meta.url), 'utf8');
    const schema = loadSupergraphModel(supergraph).apiSchema;
    const known = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() };
    const fields = tierLimits.FREE.calls.flatMap((limit) => limit.fields);
    expect(fields.filter((field) => !(field in known))).toEqual([]);
  });

  test('beyond the concurrency of the tier are refused with Retry-After 1 until one has ended', async () => {
    const { reserve, refusal, exceeded } = openBudgets();
    const running = await Promise.all(Array.from({ length: 20 }, () => reserve(1)));
    expect(await refusal(reserve(1))).toMatchObject({ status: 429, extensions: { retryAfterSeconds: 1 } });
    expect(exceeded).toEqual(['concurrent STANDARD']);
    running[0]?.end();
    await reserve(1);
  });

  test('subscriptions beyond those of the tier are refused without a time to wait, since nobody knows when one ends', async () => {
    const { reserve, refusal } = openBudgets();
    await Promise.all(Array.from({ length: 100 }, () => reserve(1, { isSubscription: true })));
    const refused = await refusal(reserve(1, { isSubscription: true }));
    expect([refused.status, refused.code, refused.extensions]).toEqual([
      429,
      'RATE_LIMITED',
      expect.not.objectContaining({ retryAfterSeconds: expect.anything() }),
    ]);
  });

  test('that only wait for the response of an equal request do not count as running', async () => {
    const { reserve } = openBudgets();
    await Promise.all(Array.from({ length: 20 }, () => reserve(1)));
    const waiting = await reserve(1, { onlyWaits: true });
    expect(waiting.report().throttleStatus.currentlyAvailable).toBe(1_979);
  });

  test('that are refused for points do not stay counted as running', async () => {
    const { spend, refusal, reserve } = openBudgets();
    await spend(2_000);
    for (let count = 0; count < 30; count++)
      expect((await refusal(reserve(5))).extensions).toMatchObject({ retryAfterSeconds: 1 });
    expect((await reserve(0)).report().throttleStatus.currentlyAvailable).toBe(0);
  });
});

describe('subscriptions', () => {
  test('have a number of their own by tier', async () => {
    const { reserve, refusal } = openBudgets();
    const open = await Promise.all(Array.from({ length: 100 }, () => reserve(5, { isSubscription: true })));
    expect((await refusal(reserve(5, { isSubscription: true }))).message).toContain('100 subscriptions');
    await reserve(5);
    open[0]?.end();
    await reserve(5, { isSubscription: true });
  });

  test('pay for each event, not for being open', async () => {
    const { reserve, clock } = openBudgets();
    const spending = await reserve(2_000, { isSubscription: true });
    expect(spending.report(0).throttleStatus.currentlyAvailable).toBe(2_000);
    expect(await spending.pay(1_500)).toBe(0);
    expect(await spending.pay(700)).toBe(2_000);
    clock.now += 2_000;
    expect(await spending.pay(700)).toBe(0);
  });
});
