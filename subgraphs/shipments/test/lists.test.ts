import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { query } from '#shared/database/query.ts';
import { allOf, sql } from '#shared/database/sql.ts';
import { findPhone } from '#shared/input/phone.ts';
import type { ShipmentStatus } from '#shared/vocabulary.ts';
import { generateWorld } from '../../../demo/generate/generate.ts';
import { seedAlone } from '../../../demo/seeding/seed-alone.ts';
import { drawCustomerReference } from '../../../demo/seeds/shipments/papers.ts';
import { arrivalsOf } from '../../../demo/seeds/tracking/past-arrivals.ts';
import type { Shipment, World } from '../../../demo/world.ts';
import { somebody } from '../../shared/test/harness.ts';
import { judge } from '../domain/status.ts';
import { conditionsOf } from '../store/filter.ts';
import { admin, change, create, dispatcher, openScene, type Shipments, shipmentInput } from './scene.ts';

let scene: Shipments;
let world: World;
const now = new Date('2026-03-02T12:00:00.000Z');

beforeAll(async () => {
  scene = await openScene(() => now);
  world = generateWorld({
    seed: 7,
    now,
    size: { shipments: 400, organizations: 6, drivers: 20, vehicles: 15, openPerStatus: 3 },
  });
  await seedAlone(scene, world);
});
afterAll(() => scene.close());

interface Page {
  totalCount: number;
  nodes: { id: string; reference: string; [field: string]: unknown }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
}
const fields = 'totalCount nodes { id reference } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

async function list(variables: Record<string, unknown>, as = admin, selection = fields): Promise<Page> {
  const { data, errors } = await scene.ask<{ shipments: Page }>(
    as,
    `query($filter: ShipmentFilter, $orderBy: ShipmentOrder! = CREATED_NEWEST, $first: Int, $after: String, $last: Int, $before: String) {
      shipments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) { ${selection} } }`,
    variables,
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.shipments;
}
const count = async (filter: object, as = admin) => (await list({ filter, first: 1 }, as)).totalCount;
const recount = (keep: (shipment: World['shipments'][number]) => boolean) => world.shipments.filter(keep).length;
const ends = (shipment: World['shipments'][number]) => ({
  origin: shipment.stops[0],
  destination: shipment.stops.at(-1),
});

describe('the length of a list that is kept', () => {
  const organizationId = () => world.demo.customerOrganizationId;
  const own = () => recount((shipment) => shipment.organizationId === organizationId());
  const ofOrganization = async (as = admin) => {
    const { data } = await scene.ask<{ _entities: [{ shipments: Page }] }>(
      as,
      `query($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { shipments(first: 1) { totalCount nodes { id } } } } }`,
      { of: [{ __typename: 'Organization', id: organizationId() }] },
    );
    return data?._entities[0].shipments.totalCount;
  };
  const customer = () => somebody(['CUSTOMER'], { organizationId: organizationId() });

  test('is that of the shipments that the caller may see', async () => {
    expect(await count({})).toBe(world.shipments.length);
    expect(await count({ organizationId: organizationId().toUpperCase() })).toBe(own());
    expect(await count({}, customer())).toBe(own());
    expect(await count({ organizationId: organizationId() }, customer())).toBe(own());
    expect(await count({ organizationId: world.demo.partnerOrganizationId }, customer())).toBe(0);
    expect(await count({ organizationId: 'nobody' })).toBe(0);
    expect([await ofOrganization(), await ofOrganization(customer())]).toEqual([own(), own()]);
    const stranger = somebody(['CUSTOMER'], { organizationId: world.demo.partnerOrganizationId });
    expect(await ofOrganization(stranger)).toBe(0);
  });
});

describe('filters find the same shipments as a search through all records', () => {
  test('by status, organization, driver and equipment', async () => {
    expect(await count({})).toBe(world.shipments.length);
    expect(await count({ statuses: ['IN_TRANSIT', 'EXCEPTION'] })).toBe(
      recount(({ status }) => status === 'IN_TRANSIT' || status === 'EXCEPTION'),
    );
    expect(await count({ statuses: [] })).toBe(0);
    const { organizationId } = world.shipments[0]!;
    expect(await count({ organizationId })).toBe(recount((shipment) => shipment.organizationId === organizationId));
    const driverId = world.shipments.find(({ assignment }) => assignment)?.assignment?.driverId;
    expect(await count({ driverId })).toBe(recount(({ assignment }) => assignment?.driverId === driverId));
    expect(await count({ equipment: ['REEFER'] })).toBe(recount(({ equipment }) => equipment === 'REEFER'));
    expect(await count({ imported: true })).toBe(0);
  });

  test('by lane, in any case', async () => {
    const { origin, destination } = ends(world.shipments[5]!);
    expect(
      await count({
        origin: { city: origin?.city.toUpperCase() },
        destination: { city: destination?.city, country: 'us' },
      }),
    ).toBe(
      recount((shipment) => {
        const lane = ends(shipment);
        return (
          lane.origin?.city === origin?.city &&
          lane.destination?.city === destination?.city &&
          lane.destination?.country === 'US'
        );
      }),
    );
  });

  test('by creation and by delivery window', async () => {
    const [from, until] = [new Date('2025-06-01T00:00:00Z'), new Date('2025-12-01T00:00:00Z')];
    const within = (at: Date | undefined) => at !== undefined && at >= from && at < until;
    expect(await count({ created: { from, until } })).toBe(recount(({ createdAt }) => within(createdAt)));
    expect(await count({ deliverBy: { from, until } })).toBe(
      recount((shipment) => within(ends(shipment).destination?.windowEnd)),
    );
    expect(await count({ delivered: { from } })).toBe(
      recount(({ deliveredAt }) => deliveredAt !== null && deliveredAt >= from),
    );
    expect(await count({ delivered: { until } })).toBe(
      recount(({ deliveredAt }) => deliveredAt !== null && deliveredAt < until),
    );
  });

  test('by lateness, delivered or not', async () => {
    const late = recount((shipment) => {
      const due = ends(shipment).destination?.windowEnd ?? now;
      if (shipment.deliveredAt) return shipment.deliveredAt > due;
      return now > due && shipment.status !== 'DRAFT' && shipment.status !== 'CANCELLED';
    });
    expect(late).toBeGreaterThan(10);
    expect(await count({ late: true })).toBe(late);
    expect(await count({ late: false })).toBe(world.shipments.length - late);
    const { nodes } = await list({ filter: { late: true }, first: 100 }, admin, `${fields} nodes { late }`);
    expect(new Set(nodes.map(({ late: flag }) => flag))).toEqual(new Set([true]));
  });

  test('by the arrival that is expected', async () => {
    const latest = new Map(arrivalsOf(world).map(({ shipmentId, latestAt }) => [shipmentId, new Date(latestAt)]));
    const expected = world.shipments
      .filter(({ status }) => !['DRAFT', 'DELIVERED', 'CANCELLED'].includes(status))
      .filter((shipment) => {
        const due = ends(shipment).destination?.windowEnd ?? now;
        return now > due || (latest.get(shipment.id) ?? due) > due;
      });
    expect(expected.length).toBeGreaterThan(0);
    const { nodes, totalCount } = await list({ filter: { willBeLate: true }, first: 100 });
    expect(nodes.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    expect(totalCount).toBe(expected.length);
    expect(await count({ willBeLate: false })).toBe((await count({})) - expected.length);
    const late = expected.filter((shipment) => now > (ends(shipment).destination?.windowEnd ?? now)).length;
    expect(await count({ willBeLate: true, late: false })).toBe(expected.length - late);
  });

  test('by vehicle, by several ids and by several references as people type them', async () => {
    const [first, second] = world.shipments.filter(({ assignment }) => assignment) as [Shipment, Shipment];
    const vehicleId = first.assignment?.vehicleId;
    expect(await count({ vehicleId })).toBe(
      world.shipments.filter(({ assignment }) => assignment?.vehicleId === vehicleId).length,
    );
    const both = [first.id, second.id].toSorted();
    const idsOf = async (filter: object) => (await list({ filter })).nodes.map(({ id }) => id).toSorted();
    expect(await idsOf({ ids: [first.id.toUpperCase(), second.id, 'no id'] })).toEqual(both);
    const typed = [first.reference.toLowerCase().replaceAll('-', ' '), second.reference, 'IF-1900-000000'];
    expect(await idsOf({ references: typed })).toEqual(both);
    expect(await count({ ids: [] })).toBe(0);
    const { errors } = await scene.ask(
      admin,
      'query($filter: ShipmentFilter) { shipments(filter: $filter) { totalCount } }',
      { filter: { references: ['IF-\u0000'] } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('by the last change of the status, and by waiting for a driver', async () => {
    const [from, until] = [new Date('2025-06-01T00:00:00Z'), new Date('2025-12-01T00:00:00Z')];
    const changed = recount(({ statusChangedAt }) => statusChangedAt >= from && statusChangedAt < until);
    expect(changed).toBeGreaterThan(0);
    expect(await count({ statusChanged: { from, until } })).toBe(changed);
    const waiting = recount(({ status }) => status === 'BOOKED');
    expect(waiting).toBeGreaterThan(0);
    const { nodes, totalCount } = await list(
      { filter: { unassigned: true } },
      admin,
      `${fields} nodes { status driver { id } }`,
    );
    expect(totalCount).toBe(waiting);
    for (const node of nodes) expect(node).toMatchObject({ status: 'BOOKED', driver: null });
    expect(await count({ unassigned: false })).toBe((await count({})) - waiting);
    const risky = { unassigned: true, pickup: { until: new Date(now.getTime() + 86_400_000) } };
    expect(await count(risky)).toBeLessThanOrEqual(waiting);
  });

  test('by references of the customer, which some shipments of the demo have', async () => {
    const given = world.shipments.flatMap((shipment) => {
      const reference = drawCustomerReference(shipment);
      return reference === null ? [] : [{ id: shipment.id, reference }];
    });
    expect(given.length).toBeGreaterThan(world.shipments.length / 3);
    expect(given.length).toBeLessThan(world.shipments.length);
    const [{ id, reference } = { id: '', reference: '' }] = given;
    const selection = 'nodes { id customerReference stops { country contactPhone } }';
    const { nodes } = await list({ filter: { customerReferences: [reference.toLowerCase()] } }, admin, selection);
    expect(nodes).toMatchObject([{ id, customerReference: reference }]);
    expect((await list({ filter: { search: reference.replaceAll(/[- ]/g, '') } })).nodes).toMatchObject([{ id }]);
    const phones = (await list({ first: 100 }, admin, selection)).nodes
      .flatMap(({ stops }) => stops as { country: string; contactPhone: string | null }[])
      .filter(({ contactPhone }) => contactPhone !== null);
    expect(phones.length).toBeGreaterThan(0);
    for (const { country, contactPhone } of phones) expect(findPhone(contactPhone ?? '', country)).toBe(contactPhone);
  });

  test('by a part that many references have', async () => {
    const shipments = await count({});
    expect(shipments).toBeGreaterThan(200); // up to that number, their ids are read first
    expect(await count({ search: 'IF-20' })).toBe(shipments);
    expect(await count({ search: 'IF-20', statuses: ['CANCELLED'] })).toBe(
      recount(({ status }) => status === 'CANCELLED'),
    );
  });

  test('by words of goods and notes, and by part of the reference', async () => {
    const { id, reference } = await createOdd();
    expect((await list({ filter: { search: 'zucchini' } })).nodes).toEqual([{ id, reference }]);
    expect((await list({ filter: { search: '"forty zucchinis" -potatoes' } })).nodes).toEqual([{ id, reference }]);
    expect((await list({ filter: { search: 'fragile xylophones' } })).nodes).toEqual([{ id, reference }]);
    expect((await list({ filter: { search: reference.slice(3) } })).nodes).toEqual([{ id, reference }]);
    expect((await list({ filter: { search: reference.toLowerCase() } })).nodes).toEqual([{ id, reference }]);
    for (const none of ['%%', '__', String.raw`\\`, "' or 1=1 --", 'zucchini & | ! :*', '((((', '"'.repeat(150)]) {
      expect((await list({ filter: { search: none } })).nodes).not.toContainEqual({
        id: expect.anything(),
        reference: 'IF-2025-000001',
      });
    }
  });

  async function createOdd() {
    const input = shipmentInput({
      organizationId: world.organizations[0]?.id,
      notes: 'Fragile: xylophones above',
      items: [
        {
          description: 'Forty zucchinis',
          commodity: 'Vegetables',
          quantity: 40,
          weightKg: 8,
          volumeM3: 1,
          value: { amount: '9', currency: 'USD' },
        },
      ],
    });
    const { shipment } = await change(scene, dispatcher, 'createShipment', input);
    if (!shipment) throw new Error('not created');
    return shipment;
  }
});

describe('pages', () => {
  const orders = [
    'CREATED_NEWEST',
    'CREATED_OLDEST',
    'STATUS_CHANGED_NEWEST',
    'PICKUP_SOONEST',
    'DELIVERY_SOONEST',
    'DELIVERED_NEWEST',
    'VALUE_HIGHEST',
  ];

  test.each(orders)('forward and backward by %s contain each shipment once, in the same order', async (orderBy) => {
    const forward: string[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await list({ orderBy, first: 97, after });
      forward.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    const backward: string[] = [];
    let before: string | undefined;
    for (let more = true; more; ) {
      const page = await list({ orderBy, last: 89, before });
      backward.unshift(...page.nodes.map(({ id }) => id));
      before = page.pageInfo.startCursor;
      more = page.pageInfo.hasPreviousPage;
    }
    expect(new Set(forward).size).toBe(forward.length);
    expect(forward.length).toBeGreaterThanOrEqual(world.shipments.length);
    expect(backward).toEqual(forward);
  });

  test('by VALUE_HIGHEST compare amounts within a currency only', async () => {
    const ids: string[] = [];
    for (const [amount, currency] of [
      ['900', 'USD'],
      ['1000000', 'JPY'],
      ['12.345', 'KWD'],
      ['1000.50', 'USD'],
      ['2000000', 'JPY'],
    ]) {
      const item = { description: 'Sand', commodity: 'Sand', quantity: 1, weightKg: 1, volumeM3: 1 };
      const items = [{ ...item, value: { amount, currency } }];
      ids.push((await create(scene, { organizationId: world.organizations[0]?.id, items }, dispatcher)).id);
    }
    const variables = { filter: { ids }, orderBy: 'VALUE_HIGHEST' };
    const selection = 'nodes { value { amount currency } } pageInfo { hasNextPage endCursor }';
    const seen: string[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await list({ ...variables, first: 2, after }, admin, selection);
      seen.push(...page.nodes.map(({ value }) => Object.values(value as object).join(' ')));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(['1000.50 USD', '900.00 USD', '12.345 KWD', '2000000 JPY', '1000000 JPY']);
  });

  test('do not shift when a shipment is created', async () => {
    const first = await list({ first: 10 });
    await create(scene, { organizationId: world.organizations[0]?.id }, dispatcher);
    const second = await list({ first: 10, after: first.pageInfo.endCursor });
    const overlap = second.nodes.filter(({ id }) => first.nodes.some((node) => node.id === id));
    expect(overlap).toEqual([]);
  });

  test.each([
    [{ first: 0 }],
    [{ first: 101 }],
    [{ first: -1 }],
    [{ first: 1, last: 1 }],
    [{ after: 'x' }],
    [{ after: Buffer.from('["CREATED_NEWEST","x","y"]').toString('base64url') }],
    [{ after: Buffer.from('["VALUE_HIGHEST",1,"00000000-0000-0000-0000-000000000000"]').toString('base64url') }],
    [
      {
        after: Buffer.from(
          '["CREATED_NEWEST","9999-99-99T99:99:99.999Z","00000000-0000-0000-0000-000000000000"]',
        ).toString('base64url'),
      },
    ],
    [{ filter: { search: 'x' } }],
    [{ filter: { search: 'a\u0000b' } }],
    [{ filter: { search: 'x'.repeat(201) } }],
    [{ filter: { origin: { city: 'x\u0000' } } }],
    [{ filter: { customerReferences: ['PO 1\nPO 2'] } }],
    [{ filter: { customerReferences: Array(101).fill('PO-1') } }],
    [{ filter: { statusChanged: { from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' } } }],
    [{ filter: { statuses: Array(10_000).fill('DRAFT') } }],
  ])('with invalid arguments are refused with a code (%#)', async (variables) => {
    const { errors } = await scene.ask(
      admin,
      'query($filter: ShipmentFilter, $first: Int, $last: Int, $after: String) { shipments(filter: $filter, first: $first, last: $last, after: $after) { totalCount } }',
      variables,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('with malformed ids are empty', async () => {
    expect(await count({ organizationId: 'x' })).toBe(0);
    expect(await count({ driverId: "' or true --" })).toBe(0);
  });
});

describe('the demo data', () => {
  test('follow the table of steps', () => {
    const wrong = world.shipments.flatMap(({ reference, events }) =>
      events.flatMap(({ fromStatus, toStatus }, index) => {
        if (fromStatus === null) return toStatus === 'DRAFT' ? [] : [reference];
        const troubledFrom: ShipmentStatus | null =
          fromStatus === 'EXCEPTION' ? (events[index - 1]?.fromStatus ?? null) : null;
        const verdict = judge({ status: fromStatus, troubledFrom }, toStatus, [
          'SHIPPER',
          'DRIVER',
          'DISPATCHER',
          'DISPATCH',
        ]);
        return verdict === 'ALLOWED' ? [] : [`${reference}: ${fromStatus} to ${toStatus}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('leave the next references to new shipments', async () => {
    const { reference } = await create(scene, { organizationId: world.organizations[0]?.id }, dispatcher);
    expect(world.shipments.map((shipment) => shipment.reference)).not.toContain(reference);
  });

  test('link the demo driver, the demo customer and their shipment', async () => {
    const { activeShipmentId: id, driverId, customerOrganizationId: organizationId } = world.demo;
    for (const as of [somebody(['DRIVER'], { driverId }), somebody(['CUSTOMER'], { organizationId })]) {
      const { data } = await scene.ask(
        as,
        'query($id: ID!) { shipment(id: $id) { status driver { id } organization { id } } }',
        { id },
      );
      expect(data).toEqual({
        shipment: { status: 'IN_TRANSIT', driver: { id: driverId }, organization: { id: organizationId } },
      });
    }
  });
});

describe('cost', () => {
  test.each([
    ['by region', { origin: { region: 'IL' } }, 'shipment_region_lane'],
    ['by region of the destination', { destination: { region: 'IL' } }, 'shipment_destination_region'],
    ['by lane', { origin: { region: 'IL' }, destination: { region: 'TX' } }, 'shipment_region_lane'],
    [
      'by time of delivery',
      { delivered: { from: new Date('2026-02-01'), until: new Date('2026-02-03') } },
      'shipment_delivered',
    ],
  ])('a filter %s reads an index', async (_name, filter, index) => {
    await scene.services.database.maintain(async (em) => {
      await query(em, sql`set local enable_seqscan = off`); // the test has few shipments
      const conditions = await conditionsOf(em, filter, now);
      const plan = await query(em, sql`explain select id from shipment t where ${allOf(conditions)}`);
      expect(JSON.stringify(plan)).toContain(index);
    });
  });

  const everything = `id reference status late origin { city } destination { city } stops { city } items { commodity } events(last: 5) { to }
    rating { stars } proofOfDelivery { recipientName } comments(first: 3) { nodes { body } totalCount } importedFrom { source } organization { id } driver { id }`;
  const statementsOf = async (query: string, variables: Record<string, unknown>) => {
    const before = scene.services.database.statements();
    const { errors } = await scene.ask(admin, query, variables);
    expect(errors).toEqual([]);
    return scene.services.database.statements() - before;
  };

  test('a page costs the same number of statements for one shipment and for a hundred', async () => {
    const query = `query($first: Int) { shipments(first: $first) { totalCount nodes { ${everything} } } }`;
    const one = await statementsOf(query, { first: 1 });
    const hundred = await statementsOf(query, { first: 100 });
    expect(hundred).toBe(one);
    expect(hundred).toBeLessThanOrEqual(9);
  });

  test('deeply nested lists are refused before they are read', async () => {
    const query = `{ shipments(first: 100) { nodes { organization { shipments(first: 100) { nodes {
      organization { shipments(first: 100) { nodes { id } } } } } } } } }`;
    const before = scene.services.database.statements();
    const { data, errors } = await scene.ask(admin, query);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'COST_ACTUAL_TOO_EXPENSIVE', limit: 20_000 } }]);
    expect(scene.services.database.statements() - before).toBeLessThanOrEqual(3);
  });

  test('shipments of many organizations and drivers, and references to many shipments, are read together', async () => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) {
      ... on Organization { shipments(first: 5, filter: { late: true }) { totalCount nodes { ${everything} } } }
      ... on Driver { deliveries(first: 5) { totalCount nodes { ${everything} } } }
      ... on Shipment { ${everything} } } }`;
    const representations = (size: number) => [
      ...world.organizations.slice(0, size).map(({ id }) => ({ __typename: 'Organization', id })),
      ...world.drivers.slice(0, size).map(({ id }) => ({ __typename: 'Driver', id })),
      ...world.shipments.slice(0, size).map(({ id }) => ({ __typename: 'Shipment', id })),
    ];
    const two = await statementsOf(query, { r: representations(2) });
    const six = await statementsOf(query, { r: representations(6) });
    expect(six).toBe(two);
  });

  test('each owner gets the same page as in a query of its own', async () => {
    const { data } = await scene.ask<{ _entities: { shipments: Page }[] }>(
      admin,
      `query($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { shipments(first: 7, orderBy: VALUE_HIGHEST) { ${fields} } } } }`,
      { r: world.organizations.map(({ id }) => ({ __typename: 'Organization', id })) },
    );
    for (const [index, { id }] of world.organizations.entries()) {
      const alone = await list({ filter: { organizationId: id }, first: 7, orderBy: 'VALUE_HIGHEST' });
      expect(data?._entities[index]?.shipments).toEqual(alone);
    }
  });
});

test('the histogram of delivery times has every delivery of the last 30 days', async () => {
  await scene.measure();
  const text = await (await fetch(new URL('/metrics', scene.url))).text();
  const since = now.getTime() - 30 * 86_400_000;
  const hours = world.shipments.flatMap(({ deliveredAt, pickedUpAt }) =>
    deliveredAt && pickedUpAt && deliveredAt.getTime() > since
      ? [(deliveredAt.getTime() - pickedUpAt.getTime()) / 3_600_000]
      : [],
  );
  const read = (series: string) =>
    Number(new RegExp(`^freight_delivery_duration_seconds_${RegExp.escape(series)} (\\S+)$`, 'm').exec(text)?.[1]);
  const within = (le: string) => read(`bucket{le="${le}",subgraph="shipments"}`);
  expect(hours.length).toBeGreaterThan(10);
  expect(text).toContain('# TYPE freight_delivery_duration_seconds histogram\n');
  expect(read('count{subgraph="shipments"}')).toBe(hours.length);
  const seconds = 3_600 * hours.reduce((sum, one) => sum + one, 0);
  expect(read('sum{subgraph="shipments"}')).toBeCloseTo(seconds, 0);
  expect(within('+Inf')).toBe(hours.length);
  for (const limit of [8, 24, 48, 72])
    expect(within(String(limit * 3_600))).toBe(hours.filter((one) => one <= limit).length);
});
