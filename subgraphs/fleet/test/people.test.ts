import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import {
  chicago,
  codesOf,
  dispatcher,
  driverInput,
  type Fleet,
  homeBaseAt,
  inHours,
  startFleet,
  type UserErrors,
  vehicleInput,
} from './fleet-harness.ts';

const home = homeBaseAt(chicago);
let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.close());

interface DriverPayload extends UserErrors {
  driver: { id: string; name: string; version: number; active: boolean } | null;
}
interface VehiclePayload extends UserErrors {
  vehicle: { id: string; plate: string; version: number; active: boolean } | null;
}
const register = (input: object) =>
  fleet.send<DriverPayload>(
    dispatcher,
    'registerDriver',
    'RegisterDriverInput',
    'driver { id name version active }',
    input,
  );
const update = (input: object) =>
  fleet.send<DriverPayload>(
    dispatcher,
    'updateDriver',
    'UpdateDriverInput',
    'driver { id name version active }',
    input,
  );
const deactivate = (driverId: string, expectedVersion = 1) =>
  fleet.send<DriverPayload>(
    dispatcher,
    'deactivateDriver',
    'DeactivateDriverInput',
    'driver { id name version active }',
    {
      driverId,
      expectedVersion,
    },
  );
const registerVehicle = (input: object) =>
  fleet.send<VehiclePayload>(
    dispatcher,
    'registerVehicle',
    'RegisterVehicleInput',
    'vehicle { id plate version active }',
    input,
  );
const updateVehicle = (input: object) =>
  fleet.send<VehiclePayload>(
    dispatcher,
    'updateVehicle',
    'UpdateVehicleInput',
    'vehicle { id plate version active }',
    input,
  );
const retire = (vehicleId: string, expectedVersion = 1) =>
  fleet.send<VehiclePayload>(dispatcher, 'retireVehicle', 'RetireVehicleInput', 'vehicle { id plate version active }', {
    vehicleId,
    expectedVersion,
  });

describe('a driver', () => {
  test.each(['vÁZ', 'LÓPEZ', 'Vazquez', 'lopez vazquez', 'Va\u0301zquez'])('is found by %s', async (name) => {
    const driverId = await fleet.registerDriver({ name: 'Inés Vázquez López' });
    const query = 'query($filter: DriverFilter) { drivers(filter: $filter, first: 100) { nodes { id } } }';
    for (const filter of [{ search: name }, { name }]) {
      // `name` is deprecated
      const { data } = await fleet.ask<{ drivers: { nodes: { id: string }[] } }>(dispatcher, query, { filter });
      expect(data?.drivers.nodes).toContainEqual({ id: driverId });
    }
  });

  test('is registered once per key', async () => {
    const input = driverInput({ name: 'Zoë O’Brien', usualVehicleId: await fleet.registerVehicle() });
    const results = await Promise.all([register(input), register(input), register(input)]);
    expect(new Set(results.map(({ driver }) => driver?.id)).size).toBe(1);
    expect(results[0]).toMatchObject({ driver: { name: 'Zoë O’Brien', version: 1, active: true }, userErrors: [] });
    expect(codesOf(await register({ ...input, name: 'Somebody else' }))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test.each([
    ['no name', { name: '   ' }, 'INVALID_INPUT', ['name']],
    ['a long name', { name: 'x'.repeat(121) }, 'INVALID_INPUT', ['name']],
    ['a NUL in the name', { name: 'a\u0000' }, 'INVALID_INPUT', ['name']],
    ['a line break in the name', { name: 'a\nb' }, 'INVALID_INPUT', ['name']],
    ['letters for a phone', { phone: 'call me' }, 'INVALID_INPUT', ['phone']],
    ['no equipment', { equipment: [] }, 'INVALID_INPUT', ['equipment']],
    ['ten thousand licences', { licenseClasses: Array(10_000).fill('CLASS_A') }, 'INVALID_INPUT', ['licenseClasses']],
    [
      'an invented time zone',
      { homeBase: { ...home, timeZone: 'Moon/Base' } },
      'INVALID_INPUT',
      ['homeBase', 'timeZone'],
    ],
    [
      'a latitude of 91',
      { homeBase: { ...home, location: { latitude: 91, longitude: 0 } } },
      'INVALID_INPUT',
      ['homeBase', 'location', 'latitude'],
    ],
    ['no coordinates', { homeBase: { ...home, location: null } }, 'INVALID_INPUT', ['homeBase', 'location']],
    [
      'two places at once',
      { homeBase: { ...home, latitude: 1, longitude: 1 } },
      'INVALID_INPUT',
      ['homeBase', 'latitude'],
    ],
    ['a licence that does not allow the equipment', { equipment: ['TANKER'] }, 'LICENSE_REQUIRED', ['licenseClasses']],
    ['a hiring in 1850', { hiredAt: '1850-01-01T00:00:00Z' }, 'INVALID_TIME', ['hiredAt']],
    ['a hiring in two years', { hiredAt: inHours(2 * 8_766) }, 'INVALID_TIME', ['hiredAt']],
    ['an unknown vehicle', { usualVehicleId: newId() }, 'NOT_FOUND', ['usualVehicleId']],
    ['an account id that is no uuid', { accountId: 'x' }, 'NOT_FOUND', ['accountId']],
  ])('with %s is refused', async (_name, given, code, field) => {
    expect(await register(driverInput(given))).toMatchObject({ driver: null, userErrors: [{ code, field }] });
  });

  test('cannot have the licence number or the account of another driver, however the number is written', async () => {
    const [licenseNumber, accountId] = ['B072-RRE2 I55', newId()];
    await register(driverInput({ licenseNumber, accountId }));
    for (const same of [licenseNumber, 'b072rre2i55', ' B072 RRE2-I55 ']) {
      expect(codesOf(await register(driverInput({ licenseNumber: same })))).toEqual(['LICENSE_TAKEN']);
    }
    expect(codesOf(await register(driverInput({ accountId })))).toEqual(['ACCOUNT_TAKEN']);
  });

  test('is changed by one of two dispatchers with the same version; the other gets CONFLICT and the current record', async () => {
    const driverId = await fleet.registerDriver();
    const results = await Promise.all(['Anna', 'Ben'].map((name) => update({ driverId, expectedVersion: 1, name })));
    expect(results.flatMap(codesOf)).toEqual(['CONFLICT']);
    const [winner, loser] = results.toSorted((left, right) => left.userErrors.length - right.userErrors.length);
    expect(loser?.driver).toEqual(winner?.driver);
    expect(winner?.driver).toMatchObject({ version: 2 });
  });

  test('keeps fields that an update omits, and loses fields that it sets to null', async () => {
    const usualVehicleId = await fleet.registerVehicle();
    const driverId = await fleet.registerDriver({ name: 'Anna', usualVehicleId });
    await update({ driverId, expectedVersion: 1, phone: '555 0199' });
    const read = async () =>
      (
        await fleet.ask(dispatcher, 'query Q($id: ID!) { driver(id: $id) { name phone usualVehicle { id } } }', {
          id: driverId,
        })
      ).data;
    expect(await read()).toEqual({ driver: { name: 'Anna', phone: '555 0199', usualVehicle: { id: usualVehicleId } } });
    await update({ driverId, expectedVersion: 2, usualVehicleId: null });
    expect(await read()).toMatchObject({ driver: { usualVehicle: null } });
  });

  test('keeps its version if an update changes nothing', async () => {
    const input = driverInput();
    const { driver } = await register(input);
    const { idempotencyKey: _key, ...same } = input;
    const change = { driverId: driver!.id, expectedVersion: 1 };
    expect(await update(change)).toMatchObject({ driver: { version: 1 }, userErrors: [] });
    expect(await update({ ...change, ...same, usualVehicleId: null })).toMatchObject({ driver: { version: 1 } });
    const reordered = { licenseClasses: same.licenseClasses.toReversed(), equipment: same.equipment.toReversed() };
    expect(await update({ ...change, ...reordered })).toMatchObject({ driver: { version: 1 }, userErrors: [] });
    expect(await update({ ...change, accountId: newId() })).toMatchObject({ driver: { version: 2 } });
  });

  test('cannot lose the training that an active assignment needs', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const { shipmentId } = await fleet.bookShipment();
    await fleet.assign(shipmentId, driverId, vehicleId);
    expect(codesOf(await update({ driverId, expectedVersion: 1, equipment: ['REEFER'] }))).toEqual([
      'ACTIVE_ASSIGNMENTS',
    ]);
  });

  test('is deactivated once, off duty and without active assignments', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const { shipmentId } = await fleet.bookShipment();
    await fleet.assign(shipmentId, driverId, vehicleId);
    expect(codesOf(await deactivate(driverId))).toEqual(['ACTIVE_ASSIGNMENTS']);
    expect(codesOf(await retire(vehicleId))).toEqual(['ACTIVE_ASSIGNMENTS']);
    await fleet.send(dispatcher, 'unassignShipment', 'UnassignShipmentInput', 'assignment { id }', {
      shipmentId,
      reason: 'x',
    });
    await fleet.send(dispatcher, 'startShift', 'StartShiftInput', 'shift { id }', { driverId });
    expect(codesOf(await deactivate(driverId))).toEqual(['ON_SHIFT']);
    await fleet.send(dispatcher, 'endShift', 'EndShiftInput', 'shift { id }', { driverId });
    expect(codesOf(await deactivate(driverId, 7))).toEqual(['CONFLICT']);
    expect(await deactivate(driverId)).toMatchObject({ driver: { active: false, version: 2 }, userErrors: [] });
    expect(codesOf(await deactivate(driverId, 2))).toEqual(['DRIVER_INACTIVE']);
  });

  test('deactivated while a dispatcher assigns is either inactive or assigned, never both', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const { shipmentId } = await fleet.bookShipment();
    const [left, assigned] = await Promise.all([deactivate(driverId), fleet.assign(shipmentId, driverId, vehicleId)]);
    expect([...codesOf(left), ...codesOf(assigned)]).toHaveLength(1);
  });
});

describe('a vehicle', () => {
  test('is registered once per key and plate, however the plate is written', async () => {
    const input = vehicleInput({ plate: 'M-ÜX 4711' });
    const [first, second] = await Promise.all([registerVehicle(input), registerVehicle(input)]);
    expect(first).toEqual(second);
    for (const plate of [input.plate, 'm ux 4711', 'M-U\u0308X-4711', 'MÜX4711']) {
      const again = await registerVehicle({ ...input, plate, idempotencyKey: newId() });
      expect(codesOf(again)).toEqual(['PLATE_TAKEN']);
    }
  });

  test.each([
    ['no volume', { maxVolumeM3: 0 }, ['maxVolumeM3']],
    ['too much weight', { maxWeightKg: 60_001 }, ['maxWeightKg']],
    ['a model year after the next', { modelYear: new Date().getFullYear() + 2 }, ['modelYear']],
    [
      'swapped coordinates',
      { homeBase: { ...home, location: { latitude: -87.65, longitude: 41.85 } } },
      ['homeBase', 'location'],
    ],
    ['a long plate', { plate: 'x'.repeat(21) }, ['plate']],
  ])('with %s is refused', async (_name, given, field) => {
    expect(await registerVehicle(vehicleInput(given))).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', field }],
    });
  });

  test('cannot shrink below the load that it is assigned to', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const { shipmentId } = await fleet.bookShipment();
    await fleet.assign(shipmentId, driverId, vehicleId);
    expect(await updateVehicle({ vehicleId, expectedVersion: 1, maxWeightKg: 11_999 })).toMatchObject({
      userErrors: [{ code: 'ACTIVE_ASSIGNMENTS', field: ['maxWeightKg'] }],
    });
    expect(await updateVehicle({ vehicleId, expectedVersion: 1, maxWeightKg: 12_000 })).toMatchObject({
      vehicle: { version: 2 },
      userErrors: [],
    });
    expect(codesOf(await updateVehicle({ vehicleId, expectedVersion: 1, make: 'x' }))).toEqual(['CONFLICT']);
  });

  test('keeps its version if an update changes nothing', async () => {
    const { idempotencyKey, equipment, ...same } = vehicleInput();
    const { vehicle } = await registerVehicle({ idempotencyKey, equipment, ...same });
    const change = { vehicleId: vehicle!.id, expectedVersion: 1 };
    expect(await updateVehicle({ ...change, ...same })).toMatchObject({ vehicle: { version: 1 }, userErrors: [] });
    expect(await updateVehicle({ ...change, make: 'MAN' })).toMatchObject({ vehicle: { version: 2 } });
  });

  test('is retired once', async () => {
    const vehicleId = await fleet.registerVehicle();
    expect(await retire(vehicleId)).toMatchObject({ vehicle: { active: false, version: 2 } });
    expect(codesOf(await retire(vehicleId, 2))).toEqual(['VEHICLE_RETIRED']);
  });
});

describe('permissions', () => {
  const writes = [
    ['registerDriver', 'RegisterDriverInput', driverInput()],
    ['updateDriver', 'UpdateDriverInput', { driverId: newId(), expectedVersion: 1 }],
    ['deactivateDriver', 'DeactivateDriverInput', { driverId: newId(), expectedVersion: 1 }],
    ['registerVehicle', 'RegisterVehicleInput', vehicleInput()],
    ['updateVehicle', 'UpdateVehicleInput', { vehicleId: newId(), expectedVersion: 1 }],
    ['retireVehicle', 'RetireVehicleInput', { vehicleId: newId(), expectedVersion: 1 }],
    ['unassignShipment', 'UnassignShipmentInput', { shipmentId: newId(), reason: 'x' }],
  ] as const;

  test.each(writes)('%s is for dispatchers', async (name, inputType, input) => {
    const query = `mutation M($input: ${inputType}!) { ${name}(input: $input) { userErrors { code } } }`;
    const strangers = [
      [somebody(['DRIVER'], { driverId: newId() }), 'FORBIDDEN'],
      [somebody(['CUSTOMER'], { organizationId: newId() }), 'FORBIDDEN'],
      [somebody(['ANALYST']), 'FORBIDDEN'],
      [anonymous, 'UNAUTHENTICATED'],
    ] as const;
    for (const [identity, code] of strangers) {
      const { errors } = await fleet.ask(identity, query, { input });
      expect(errors).toMatchObject([{ extensions: { code } }]);
    }
  });

  test.each([
    'drivers { totalCount }',
    'vehicles { totalCount }',
    'assignments { totalCount }',
    'driver(id: "x") { id }',
  ])('%s is forbidden for customers', async (field) => {
    const { errors } = await fleet.ask(somebody(['CUSTOMER'], { organizationId: newId() }), `{ ${field} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
