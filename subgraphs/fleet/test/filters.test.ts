import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectNamesToBeFound, expectReferencesToBeFound } from '#shared/test/typing.ts';
import { chicago, dispatcher, driverInput, type Fleet, inHours, startFleet } from './fleet-harness.ts';

let fleet: Fleet;
let van: string;
let truck: string;
let anna: string;
let ben: string;
let shipmentId: string;
beforeAll(async () => {
  fleet = await startFleet();
  van = await fleet.registerVehicle({ plate: 'M-ÜX 4711' });
  fleet.setTime(new Date(inHours(1)));
  truck = await fleet.registerVehicle({ plate: 'B-AB 1', equipment: 'REEFER' });
  anna = await fleet.registerDriver({ name: 'Anna', licenseNumber: 'B072-RRE2 I55', hiredAt: inHours(-48) });
  ben = await fleet.registerDriver({ name: 'Ben', equipment: ['FLATBED', 'REEFER'], hiredAt: inHours(-24) });
  ({ shipmentId } = await fleet.bookShipment({ pickupFrom: inHours(24), deliverBy: inHours(72) }));
  await fleet.assign(shipmentId, anna, van);
});
afterAll(() => fleet.close());

type Kind = 'drivers' | 'vehicles' | 'assignments';
const filterTypes = { drivers: 'DriverFilter', vehicles: 'VehicleFilter', assignments: 'AssignmentFilter' } as const;

function list(kind: Kind, filter: object, more = '') {
  const query = `query($filter: ${filterTypes[kind]}) { list: ${kind}(filter: $filter ${more}) { nodes { id } } }`;
  return fleet.ask<{ list: { nodes: { id: string }[] } }>(dispatcher, query, { filter });
}

async function found(kind: Kind, filter: object, more?: string): Promise<string[]> {
  const { data, errors } = await list(kind, filter, more);
  expect(errors).toEqual([]);
  return (data?.list.nodes ?? []).map(({ id }) => id);
}

describe('a filter', () => {
  test.each(['M-ÜX 4711', 'm ux4711', 'MU\u0308X', ' mux-47 ', 'M', '4711', 'Ux 4711', '47'])(
    'finds a vehicle by the plate "%s"',
    async (plate) => {
      expect(await found('vehicles', { plate })).toEqual([van]);
    },
  );

  test.each(['MUX4712', '7', '71', '%', '-', '.', '4711 M'])(
    'finds no vehicle by "%s", which is no part of a plate',
    async (plate) => {
      expect(await found('vehicles', { plate })).toEqual([]);
    },
  );

  test.each(['B072-RRE2 I55', 'b072rre2i55', ' B072 rre2 I55 '])(
    'finds a driver by the licence "%s"',
    async (licenseNumber) => {
      expect(await found('drivers', { licenseNumber })).toEqual([anna]);
    },
  );

  test.each(['B072', 'i55', 'rre2-I55', 'rr', '%', '-'])(
    'finds no driver by "%s", because the licence is encrypted and a part of it has another hash',
    async (licenseNumber) => {
      expect(await found('drivers', { licenseNumber })).toEqual([]);
    },
  );

  test.each([
    ['between two loads', 72, 80, true],
    ['at the start of the load', 23, 25, false],
    ['within the load', 30, 31, false],
    ['around the load', 0, 100, false],
    ['until the load', 0, 24, true],
  ])('finds who and what is free %s', async (_name, from, until, isFree) => {
    const freeIn = { from: inHours(from), until: inHours(until) };
    expect(await found('drivers', { freeIn })).toEqual(isFree ? [anna, ben] : [ben]);
    expect(await found('vehicles', { freeIn })).toEqual(isFree ? [truck, van] : [truck]);
  });

  test.each([
    ['an end', { from: inHours(1) }, '"filter.freeIn.until" must be given.'],
    ['a start', { until: inHours(1), from: null }, '"filter.freeIn.from" must be given.'],
    ['an order', { from: inHours(2), until: inHours(1) }, '"filter.freeIn.until" must be after `from`.'],
  ])('refuses a free span without %s', async (_name, freeIn, message) => {
    for (const kind of ['drivers', 'vehicles'] as const)
      expect((await list(kind, { freeIn })).errors).toMatchObject([
        { message, extensions: { code: 'BAD_USER_INPUT' } },
      ]);
  });

  test('has as many assignments in all as its pages', async () => {
    const { data } = await fleet.ask<{ assignments: { totalCount: number; nodes: unknown[] } }>(
      dispatcher,
      '{ assignments(first: 100) { totalCount nodes { id } } }',
    );
    expect(data?.assignments.totalCount).toBe(data?.assignments.nodes.length);
    expect(data?.assignments.totalCount).toBeGreaterThan(0);
  });

  test('finds the assignments of a shipment, and those that overlap a span', async () => {
    const [id] = await found('assignments', { shipmentId });
    expect(await found('assignments', { driverId: anna })).toEqual([id]);
    expect(await found('assignments', { shipmentId: anna })).toEqual([]);
    expect(await found('assignments', { shipmentId: 'x' })).toEqual([]);
    expect(await found('assignments', { overlaps: { from: inHours(71), until: inHours(90) } })).toEqual([id]);
    expect(await found('assignments', { overlaps: { from: inHours(72) } })).toEqual([]);
    const upsideDown = await list('assignments', { overlaps: { from: inHours(2), until: inHours(1) } });
    expect(upsideDown.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('takes several kinds of equipment', async () => {
    expect(await found('drivers', { equipment: ['REEFER', 'TANKER'] })).toEqual([ben]);
    expect(await found('vehicles', { equipment: ['REEFER', 'DRY_VAN', 'REEFER'] })).toEqual([truck, van]);
    expect(await found('vehicles', { equipment: [] })).toEqual([]);
  });
});

test('lists are sorted by name, employment, addition and plate', async () => {
  expect(await found('drivers', {}, 'orderBy: HIRED_NEWEST')).toEqual([ben, anna]);
  expect(await found('drivers', {}, 'orderBy: NAME')).toEqual([anna, ben]);
  expect(await found('vehicles', {}, 'orderBy: CREATED_NEWEST')).toEqual([truck, van]);
  expect(await found('vehicles', {}, 'orderBy: PLATE')).toEqual([truck, van]);
  expect(await found('vehicles', {}, 'orderBy: PLATE, last: 1')).toEqual([van]);
});

describe('deprecated names still work', () => {
  test('one equipment in place of a list', async () => {
    expect(await found('vehicles', { equipment: 'REEFER' })).toEqual([truck]);
  });

  test('orders of drivers', async () => {
    expect(await found('drivers', {}, 'orderBy: HIRED_AT_DESC')).toEqual([ben, anna]);
    expect(await found('drivers', {}, 'orderBy: NAME_ASC')).toEqual([anna, ben]);
  });

  test('from and until of assignments', async () => {
    expect(await found('assignments', { from: inHours(71), until: inHours(90) })).toHaveLength(1);
    expect(await found('assignments', { from: inHours(72) })).toEqual([]);
    expect(await found('assignments', { overlaps: { until: inHours(90) }, from: inHours(72) })).toEqual([]);
  });

  test('coordinates of a home base beside its other fields', async () => {
    const selection = 'driver { homeBase { city location { latitude longitude } } }';
    const input = driverInput({ homeBase: chicago });
    const { latitude, longitude } = chicago;
    expect(await fleet.send(dispatcher, 'registerDriver', 'RegisterDriverInput', selection, input)).toMatchObject({
      driver: { homeBase: { city: 'Chicago', location: { latitude, longitude } } },
      userErrors: [],
    });
  });
});

test('neither driver nor vehicle is free now while their load is late', async () => {
  const [driverId, vehicleId] = [await fleet.registerDriver({ name: 'Cem' }), await fleet.registerVehicle()];
  const late = await fleet.bookShipment({ pickupFrom: inHours(-20), deliverBy: inHours(-2) });
  await fleet.assign(late.shipmentId, driverId, vehicleId);
  const step = { shipmentId: late.shipmentId, organizationId: late.organizationId, driverId, vehicleId };
  await fleet.receive('shipment.inTransit', { ...step, at: inHours(-10) });
  const [today, tomorrow] = [
    { freeIn: { from: inHours(0), until: inHours(4) } },
    { freeIn: { from: inHours(20), until: inHours(22) } },
  ];
  expect(await found('drivers', today)).not.toContain(driverId);
  expect(await found('vehicles', today)).not.toContain(vehicleId);
  expect(await found('drivers', tomorrow)).toContain(driverId);
  await fleet.deliver(late, { at: inHours(-0.5) });
  expect(await found('drivers', today)).toContain(driverId);
  expect(await found('vehicles', today)).toContain(vehicleId);
});

describe('whatever somebody writes, the same text as others type it finds', () => {
  test('a driver by name', () =>
    expectNamesToBeFound(
      (name) => fleet.registerDriver({ name }),
      (search) => found('drivers', { search }),
    ));
  test('a driver by licence number', () =>
    expectReferencesToBeFound(
      (licenseNumber) => fleet.registerDriver({ licenseNumber }),
      (licenseNumber) => found('drivers', { licenseNumber }),
    ));
  test('a vehicle by plate', () =>
    expectReferencesToBeFound(
      (plate) => fleet.registerVehicle({ plate }),
      (plate) => found('vehicles', { plate }),
    ));
});
