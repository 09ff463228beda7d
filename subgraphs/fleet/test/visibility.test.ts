import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { bookedShipment, dallas, dispatcher, type Fleet, homeBaseAt, inHours, startFleet } from './fleet-harness.ts';

let fleet: Fleet;
let driverId: string;
let vehicleId: string;
let accountId: string;
let shipmentId: string;
const organizationId = newId();
const memphis = { ...dallas, hubCode: 'MEM', city: 'Memphis', region: 'TN', latitude: 35.1495, longitude: -90.049 };

beforeAll(async () => {
  fleet = await startFleet();
  accountId = newId();
  [driverId, vehicleId] = [await fleet.registerDriver({ name: 'Anna', accountId }), await fleet.registerVehicle()];
  ({ shipmentId } = await fleet.bookShipment({ organizationId, via: [memphis] }));
  await fleet.assign(shipmentId, driverId, vehicleId);
  await fleet.receive('shipment.rated', {
    shipmentId,
    organizationId,
    driverId,
    stars: 4,
    at: new Date().toISOString(),
  });
});
afterAll(() => fleet.close());

const references = `query R($r: [_Any!]!) { _entities(representations: $r) {
  ... on Driver { name phone account { id } rating { meanStars count } score { points } badges { kind }
    assignments { totalCount } shifts { totalCount } incidents { totalCount } rewards { balancePoints } }
  ... on Vehicle { plate assignments { totalCount } }
  ... on Shipment { assignment { state driver { name } vehicle { id } assignedBy { id } } route { stops { city kind } } }
} }`;

async function see(as: Identity) {
  const { data, errors } = await fleet.ask<{ _entities: (Record<string, unknown> | null)[] }>(as, references, {
    r: [
      { __typename: 'Driver', id: driverId },
      { __typename: 'Vehicle', id: vehicleId },
      { __typename: 'Shipment', id: shipmentId },
    ],
  });
  expect(errors).toEqual([]);
  return data!._entities;
}

const assignment = { state: 'ACTIVE', driver: { name: 'Anna' } };
const route = {
  stops: [
    { city: 'Chicago', kind: 'PICKUP' },
    { city: 'Memphis', kind: 'INTERMEDIATE' },
    { city: 'Dallas', kind: 'DELIVERY' },
  ],
};

describe('visibility', () => {
  test('staff see everything', async () => {
    expect(await see(dispatcher)).toMatchObject([
      {
        name: 'Anna',
        phone: '+1 312 555 0100',
        account: { id: accountId },
        rating: { meanStars: 4, count: 1 },
        score: { points: 20 },
        badges: [],
        assignments: { totalCount: 1 },
        shifts: { totalCount: 0 },
        incidents: { totalCount: 0 },
        rewards: { balancePoints: 20 },
      },
      { assignments: { totalCount: 1 } },
      { assignment: { ...assignment, assignedBy: { id: dispatcher.accountId } }, route },
    ]);
  });

  test('drivers see themselves and their own loads', async () => {
    const [driver, vehicle, shipment] = await see(somebody(['DRIVER'], { driverId }));
    expect(driver).toMatchObject({
      phone: '+1 312 555 0100',
      assignments: { totalCount: 1 },
      rewards: { balancePoints: 20 },
    });
    expect(vehicle).toMatchObject({ assignments: { totalCount: 1 } });
    expect(shipment).toMatchObject({ assignment: { ...assignment, assignedBy: null }, route });
  });

  test('drivers see name, rating, score and badges of a colleague, not the rest', async () => {
    const [driver, vehicle, shipment] = await see(somebody(['DRIVER'], { driverId: newId() }));
    expect(driver).toEqual({
      name: 'Anna',
      rating: { meanStars: 4, count: 1 },
      score: { points: 20 },
      badges: [],
      phone: null,
      account: null,
      assignments: null,
      shifts: null,
      incidents: null,
      rewards: null,
    });
    expect(vehicle).toMatchObject({ assignments: { totalCount: 0 } });
    expect(shipment).toEqual({ assignment: null, route: null });
  });

  test('customers see name and rating of the driver on their shipment', async () => {
    const [driver, vehicle, shipment] = await see(somebody(['CUSTOMER'], { organizationId }));
    expect(driver).toMatchObject({
      name: 'Anna',
      rating: { meanStars: 4 },
      score: null,
      badges: null,
      phone: null,
      rewards: null,
    });
    expect(vehicle).toMatchObject({ plate: expect.any(String), assignments: null });
    expect(shipment).toMatchObject({ assignment: { ...assignment, assignedBy: null }, route });
  });

  test('strangers see nothing, not even that a record exists', async () => {
    const strangers = [
      somebody(['CUSTOMER'], { organizationId: newId() }),
      somebody(['PARTNER'], { organizationId: null }),
      // Without the role, a driver id in the token counts for nothing.
      somebody(['CUSTOMER'], { driverId }),
      anonymous,
    ];
    for (const stranger of strangers)
      expect(await see(stranger)).toEqual([null, null, { assignment: null, route: null }]);
  });

  test('customers stop seeing a driver whose assignment was released', async () => {
    const other = newId();
    const booked = await fleet.bookShipment({ organizationId: other });
    const [ben, truck] = [await fleet.registerDriver({ name: 'Ben' }), await fleet.registerVehicle()];
    await fleet.assign(booked.shipmentId, ben, truck);
    const input = { shipmentId: booked.shipmentId, reason: 'Ill' };
    await fleet.send(dispatcher, 'unassignShipment', 'UnassignShipmentInput', 'assignment { id }', input);
    const { data } = await fleet.ask(somebody(['CUSTOMER'], { organizationId: other }), references, {
      r: [
        { __typename: 'Driver', id: ben },
        { __typename: 'Shipment', id: booked.shipmentId },
      ],
    });
    expect(data).toMatchObject({ _entities: [null, { assignment: { state: 'RELEASED', driver: null } }] });
  });

  test('drivers still see a released assignment, but not its shipment', async () => {
    const booked = await fleet.bookShipment({ organizationId: newId() });
    const [cem, truck] = [await fleet.registerDriver({ name: 'Cem' }), await fleet.registerVehicle()];
    await fleet.assign(booked.shipmentId, cem, truck);
    const query = '{ assignments { nodes { state shipment { id } } } }';
    const shown = async () => (await fleet.ask(somebody(['DRIVER'], { driverId: cem }), query)).data;
    const shipment = { id: booked.shipmentId };
    expect(await shown()).toEqual({ assignments: { nodes: [{ state: 'ACTIVE', shipment }] } });
    const input = { shipmentId: booked.shipmentId, reason: 'Ill' };
    await fleet.send(dispatcher, 'unassignShipment', 'UnassignShipmentInput', 'assignment { id }', input);
    expect(await shown()).toEqual({ assignments: { nodes: [{ state: 'RELEASED', shipment: null }] } });
  });

  test('drivers list their own assignments only', async () => {
    const query = '{ assignments { totalCount nodes { driver { name } } } }';
    const own = await fleet.ask(somebody(['DRIVER'], { driverId }), query);
    expect(own.data).toEqual({ assignments: { totalCount: 1, nodes: [{ driver: { name: 'Anna' } }] } });
    const none = await fleet.ask(somebody(['DRIVER'], { driverId: newId() }), query);
    expect(none.data).toEqual({ assignments: { totalCount: 0, nodes: [] } });
  });

  const list = `query Q($filter: DriverFilter, $orderBy: DriverOrder! = NAME) {
    drivers(filter: $filter, orderBy: $orderBy) { totalCount nodes { name } edges { cursor } } }`;

  test.each([
    ['filter.active', { filter: { active: true } }],
    ['filter.active', { filter: { active: false } }],
    ['filter.equipment', { filter: { equipment: 'TANKER' } }],
    ['filter.hubCode', { filter: { hubCode: 'CHI' } }],
    ['filter.onShift', { filter: { onShift: true } }],
    ['filter.onShift', { filter: { search: 'Anna', onShift: false } }],
    ['filter.licenseNumber', { filter: { licenseNumber: 'L' } }],
    ['filter.freeIn', { filter: { freeIn: { from: inHours(1), until: inHours(2) } } }],
    ['orderBy: HIRED_NEWEST', { orderBy: 'HIRED_NEWEST' }],
    ['filter.active and orderBy: HIRED_NEWEST', { filter: { active: true }, orderBy: 'HIRED_NEWEST' }],
  ])('%s, which would reveal hidden fields of colleagues, is for staff (%#)', async (named, variables) => {
    const { data, errors } = await fleet.ask(somebody(['DRIVER'], { driverId }), list, variables);
    expect({ data, errors }).toMatchObject({
      data: { drivers: null },
      errors: [
        {
          message: `Only staff may use ${named}. Omit ${named.includes(' and ') ? 'them' : 'it'}.`,
          extensions: { code: 'FORBIDDEN' },
        },
      ],
    });
    expect((await fleet.ask(dispatcher, list, variables)).errors).toEqual([]);
  });

  test('when a vehicle is free, which would reveal the loads of colleagues, is for staff', async () => {
    const query = 'query($filter: VehicleFilter) { vehicles(filter: $filter) { totalCount } }';
    const filter = { freeIn: { from: inHours(1), until: inHours(2) }, active: true };
    const { errors } = await fleet.ask(somebody(['DRIVER'], { driverId }), query, { filter });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await fleet.ask(dispatcher, query, { filter })).errors).toEqual([]);
  });

  test('drivers find colleagues by name, and cursors contain only what the list shows', async () => {
    const { data, errors } = await fleet.ask<{
      drivers: { nodes: { name: string }[]; edges: { cursor: string }[] };
    }>(somebody(['DRIVER'], { driverId: newId() }), list, { filter: { search: 'Anna', active: null } });
    expect(errors).toEqual([]);
    expect(data?.drivers.nodes).toEqual([{ name: 'Anna' }]);
    const cursors = data!.drivers.edges.map(({ cursor }) => JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    expect(cursors).toEqual([['anna', driverId, 'NAME']]);
  });

  test('a cursor of one order of the drivers is refused by the other', async () => {
    const page = `query($orderBy: DriverOrder!, $after: String) {
      drivers(orderBy: $orderBy, after: $after, first: 1) { pageInfo { endCursor } } }`;
    const first = await fleet.ask<{ drivers: { pageInfo: { endCursor: string } } }>(dispatcher, page, {
      orderBy: 'HIRED_NEWEST',
    });
    const after = first.data!.drivers.pageInfo.endCursor;
    expect((await fleet.ask(dispatcher, page, { orderBy: 'HIRED_NEWEST', after })).errors).toEqual([]);
    expect((await fleet.ask(dispatcher, page, { orderBy: 'NAME', after })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('invalid and unknown ids return null', async () => {
    for (const id of ['x', '', "' or 1=1 --", newId(), '\u0000']) {
      const { data, errors } = await fleet.ask(
        dispatcher,
        'query Q($id: ID!) { driver(id: $id) { id } vehicle(id: $id) { id } assignment(id: $id) { id } recommendDrivers(shipmentId: $id) { rank } }',
        { id },
      );
      expect(errors).toEqual([]);
      expect(data).toEqual({ driver: null, vehicle: null, assignment: null, recommendDrivers: [] });
    }
    const { data } = await fleet.ask(dispatcher, references, {
      r: ['x', '\u0000'].flatMap((id) => ['Driver', 'Vehicle', 'Shipment'].map((__typename) => ({ __typename, id }))),
    });
    const empty = { assignment: null, route: null };
    expect(data).toEqual({ _entities: [null, null, empty, null, null, empty] });
  });
});

describe('recommended drivers', () => {
  test('are free, qualified and near, and come with their reasons', async () => {
    const booked = await fleet.bookShipment();
    const van = await fleet.registerVehicle();
    const near = await fleet.registerDriver({ name: 'Near', usualVehicleId: van });
    const far = await fleet.registerDriver({ name: 'Far', homeBase: homeBaseAt(dallas) });
    const { data, errors } = await fleet.ask<{ recommendDrivers: { driver: { id: string } }[] }>(
      dispatcher,
      `query Q($id: ID!) { recommendDrivers(shipmentId: $id, first: 50) {
        rank total driver { id name } vehicle { id } reasons { factor figure unit value weight points explanation } } }`,
      { id: booked.shipmentId },
    );
    expect(errors).toEqual([]);
    const ids = data!.recommendDrivers.map(({ driver }) => driver.id);
    expect(ids).not.toContain(driverId); // assigned at that time
    expect(ids[0]).toBe(near);
    expect(ids.indexOf(far)).toBeGreaterThan(0);
    expect(data!.recommendDrivers[0]).toMatchObject({ rank: 1, vehicle: { id: van }, reasons: expect.any(Array) });
  });

  test('are an empty list for an assigned or unknown shipment; the list is bounded', async () => {
    const query = 'query Q($id: ID!, $first: Int! = 5) { recommendDrivers(shipmentId: $id, first: $first) { rank } }';
    expect((await fleet.ask(dispatcher, query, { id: shipmentId })).data).toEqual({ recommendDrivers: [] });
    expect((await fleet.ask(dispatcher, query, { id: bookedShipment().shipmentId })).data).toEqual({
      recommendDrivers: [],
    });
    const { errors } = await fleet.ask(dispatcher, query, { id: shipmentId, first: 51 });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const driver = await fleet.ask(somebody(['DRIVER'], { driverId }), query, { id: shipmentId });
    expect(driver.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
