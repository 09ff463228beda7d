import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { somebody } from '#shared/test/harness.ts';
import { dispatcher, type Fleet, startFleet } from '../../../subgraphs/fleet/test/fleet-harness.ts';
import { generateWorld } from '../../generate/generate.ts';
import { seedAlone } from '../../seeding/seed-alone.ts';
import type { World } from '../../world.ts';

let fleet: Fleet;
let world: World;
beforeAll(async () => {
  fleet = await startFleet();
  world = generateWorld({
    seed: 7,
    now: new Date('2026-03-11T12:00:00Z'),
    size: { hubs: 20, organizations: 8, drivers: 24, vehicles: 18, shipments: 1_200, openPerStatus: 4, months: 6 },
  });
  await seedAlone(fleet, world);
});
afterAll(() => fleet.close());

const count = async (sql: string) =>
  Number((await fleet.rows<{ count: string }>(`select count(*) as count from ${sql}`))[0]?.count);

describe('the seeded demo', () => {
  test('holds the people, trucks and loads of the world', async () => {
    expect(await count('driver')).toBe(24);
    expect(await count('vehicle')).toBe(18);
    expect(await count(`assignment where state = 'COMPLETED'`)).toBe(
      world.shipments.filter(({ status }) => status === 'DELIVERED').length,
    );
    expect(await count(`assignment where state = 'ACTIVE'`)).toBe(
      world.shipments.filter(({ assignment }) => assignment?.state === 'ACTIVE').length,
    );
    expect(await count('load_state')).toBe(world.shipments.length);
    expect(await count('shift where ended_at is null')).toBe(
      world.shifts.filter(({ status }) => status === 'ACTIVE').length,
    );
  });

  test('has scores that equal a recount from the records, in every period', async () => {
    const wrong = await fleet.rows(
      `with facts as (
         select driver_id, completed_at as at, 1 as deliveries, on_time::int as on_time, 0 as ratings, 0 as stars, 0 as incidents
           from assignment where state = 'COMPLETED'
         union all select driver_id, rated_at, 0, 0, 1, stars, 0 from rating
         union all select driver_id, occurred_at, 0, 0, 0, 0, 1 from incident
       ), recount as (
         select p.period, case p.period when 'WEEKLY' then date_trunc('week', at, 'UTC')
             when 'MONTHLY' then date_trunc('month', at, 'UTC') else to_timestamp(0) end as starts_at, driver_id,
           sum(deliveries) d, sum(on_time) o, sum(ratings) r, sum(stars) s, sum(incidents) i
         from facts cross join (values ('WEEKLY'), ('MONTHLY'), ('ALL_TIME')) p (period) group by 1, 2, 3
       )
       select * from recount full join score_tally t using (period, starts_at, driver_id)
       where (d, o, r, s, i, 10 * d + 5 * s - 50 * i + round(case d when 0 then 0 else 100.0 * o / d end)::int)
         is distinct from (t.deliveries, t.on_time, t.ratings, t.stars, t.incidents, t.points)`,
    );
    expect(wrong).toEqual([]);
  });

  test('has reward accounts that equal their ledgers', async () => {
    const wrong = await fleet.rows(
      `select * from reward_account a left join (select driver_id, sum(points) as sum from reward_entry group by 1) e using (driver_id)
       where a.balance <> coalesce(e.sum, 0)`,
    );
    expect(wrong).toEqual([]);
  });

  test('goes on from there: a delivery counts on top', async () => {
    const open = world.shipments.find(({ status }) => status === 'OUT_FOR_DELIVERY')!;
    const driverId = open.assignment!.driverId;
    const total = async () =>
      (
        await fleet.rows<{ deliveries: number }>(
          `select deliveries from score_tally where driver_id = ? and period = 'ALL_TIME'`,
          [driverId],
        )
      )[0]!.deliveries;
    const before = await total();
    await fleet.receive('shipment.delivered', {
      shipmentId: open.id,
      organizationId: open.organizationId,
      driverId,
      vehicleId: open.assignment!.vehicleId,
      at: world.now.toISOString(),
      onTime: true,
      deliverBy: world.now.toISOString(),
      pickedUpAt: open.pickedUpAt!.toISOString(),
      createdAt: open.createdAt.toISOString(),
      distanceMeters: open.distanceMeters,
    });
    expect(await total()).toBe(before + 1);
  });

  test('shows the demo driver a board, badges and a load', async () => {
    const { data, errors } = await fleet.ask<{ driver: { score: { points: number } } }>(
      somebody(['DRIVER'], { driverId: world.demo.driverId }),
      `query Q($id: ID!) { driver(id: $id) { score { points level } badges { kind earnedAt rule evidence }
          assignments(first: 3) { nodes { state shipment { id } } } rewards { balancePoints worth { amount } } }
        leaderboard(period: ALL_TIME) { standing { entry { rank } around { rank } } } }`,
      { id: world.demo.driverId },
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      driver: {
        assignments: {
          nodes: expect.arrayContaining([{ state: 'ACTIVE', shipment: { id: world.demo.activeShipmentId } }]),
        },
      },
      leaderboard: { standing: { entry: { rank: expect.any(Number) } } },
    });
    expect(data?.driver.score.points).toBeGreaterThan(0);
  });
});

describe('statements', () => {
  const everything = `query Q($first: Int) { drivers(first: $first) { totalCount nodes {
      name rating { meanStars } score { points } week: score(period: WEEKLY) { points } badges { kind } usualVehicle { plate }
      openShift { startedAt vehicle { plate } }
      shifts(first: 3) { totalCount nodes { id vehicle { plate } } }
      assignments(first: 3) { totalCount nodes { vehicle { plate assignments(first: 1) { nodes { id } } } shipment { id assignment { id } route { distanceMeters } } } }
      incidents(first: 2) { nodes { id } } rewards { balancePoints entries(first: 2) { nodes { id } } } } }
    leaderboard(period: ALL_TIME) { entries(first: $first) { nodes { rank driver { name badges { kind } } } } }
    vehicles(first: $first) { nodes { plate assignments(first: 2) { nodes { driver { name } } } } } }`;

  test('are as many for one driver as for twenty', async () => {
    const statements = async (first: number) => {
      const before = fleet.services.database.statements();
      const { errors } = await fleet.ask(dispatcher, everything, { first });
      expect(errors).toEqual([]);
      return fleet.services.database.statements() - before;
    };
    await statements(2);
    const few = await statements(2);
    // The order of results decides which lists share a batch, so the count varies by one or two statements.
    expect(await statements(20)).toBeLessThanOrEqual(few + 2);
    expect(few).toBeLessThanOrEqual(30);
  });
});

describe('lists', () => {
  interface Page {
    drivers: {
      nodes: { id: string; name: string }[];
      totalCount: number;
      pageInfo: { endCursor: string; hasNextPage: boolean };
    };
  }
  const page = async (args: string) => {
    const { data, errors } = await fleet.ask<Page>(
      dispatcher,
      `{ drivers(${args}) { nodes { id name } totalCount pageInfo { endCursor hasNextPage } } }`,
    );
    expect(errors).toEqual([]);
    return data!.drivers;
  };

  test.each(['NAME', 'HIRED_NEWEST'])('walk through all drivers in the order %s, each once', async (order) => {
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const { nodes, pageInfo } = await page(`orderBy: ${order}, first: 7 ${after}`);
      seen.push(...nodes.map(({ id }) => id));
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(new Set(seen).size).toBe(24);
    expect(seen).toHaveLength(24);
    const backwards = await page(`orderBy: ${order}, last: 5`);
    expect(backwards.nodes.map(({ id }) => id)).toEqual(seen.slice(-5));
  });

  test('filter by name, equipment, home, activity and duty', async () => {
    const [driver] = world.drivers;
    const hub = world.hubs.find(({ id }) => id === driver?.homeHubId);
    const part = driver!.name.slice(1, 6).toUpperCase();
    const found = await page(
      `filter: { search: "${part}", hubCode: "${hub?.code}", active: true, equipment: ${driver?.equipment[0]} }`,
    );
    expect(found.nodes.map(({ id }) => id)).toContain(driver?.id);
    expect((await page('filter: { search: "100%_" }')).totalCount).toBe(0);
    expect((await page('filter: { hubCode: "no" }')).totalCount).toBe(0);
    const onShift = world.shifts.filter(({ status }) => status === 'ACTIVE').length;
    expect((await page('filter: { onShift: true }')).totalCount).toBe(onShift);
    expect((await page('filter: { onShift: false }')).totalCount).toBe(24 - onShift);
  });

  test('refuse names that are too long or hold a NUL', async () => {
    for (const name of ['', 'x'.repeat(101), 'a\u0000']) {
      const { errors } = await fleet.ask(
        dispatcher,
        'query Q($name: String) { drivers(filter: { search: $name }) { totalCount } }',
        { name },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('of assignments filter by state, people and time', async () => {
    const completed = world.shipments.find(({ assignment }) => assignment?.state === 'COMPLETED')!.assignment!;
    const { data } = await fleet.ask<{ assignments: { nodes: { id: string }[] } }>(
      dispatcher,
      `query Q($filter: AssignmentFilter) { assignments(filter: $filter, first: 100) { nodes { id state } } }`,
      {
        filter: {
          states: ['COMPLETED'],
          driverId: completed.driverId,
          vehicleId: completed.vehicleId,
          from: completed.startsAt.toISOString(),
          until: new Date(completed.startsAt.getTime() + 1).toISOString(),
        },
      },
    );
    expect(data?.assignments.nodes.map(({ id }) => id)).toEqual([completed.id]);
  });
});
