import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { codesOf, dispatcher, type Fleet, inHours, startFleet, type UserErrors } from './fleet-harness.ts';

/** What the events of a shipment's progress have in common. */
const step = { organizationId: newId(), driverId: null, vehicleId: null };
let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.close());

describe('a shift', () => {
  interface ShiftPayload extends UserErrors {
    shift: { id: string; endedAt: string | null; driver: { id: string } } | null;
    warnings: readonly { code: string; message: string; assignment: { shipment: { id: string } } }[];
  }
  const selection = 'shift { id endedAt driver { id } } warnings { code message assignment { shipment { id } } }';
  const start = (driverId: string | null, as = dispatcher, more: object = {}) =>
    fleet.send<ShiftPayload>(as, 'startShift', 'StartShiftInput', selection, { driverId, ...more });
  const end = (driverId: string | null, as = dispatcher, more: object = {}) =>
    fleet.send<ShiftPayload>(as, 'endShift', 'EndShiftInput', selection, { driverId, ...more });

  test('started again with the same key is the same shift', async () => {
    const driverId = await fleet.registerDriver();
    const key = { idempotencyKey: newId() };
    const results = await Promise.all(Array.from({ length: 20 }, () => start(driverId, dispatcher, key)));
    expect(results.flatMap(codesOf)).toEqual([]);
    expect(new Set(results.map(({ shift }) => shift?.id)).size).toBe(1);
  });

  test('is opened once, even if many requests start it at once', async () => {
    const driverId = await fleet.registerDriver();
    const results = await Promise.all(Array.from({ length: 5 }, () => start(driverId)));
    expect(results.flatMap(codesOf)).toEqual(Array(4).fill('SHIFT_OPEN'));
    await expect(
      fleet.rows('insert into shift (id, driver_id, started_at) values (?, ?, now())', [newId(), driverId]),
    ).rejects.toThrow(/shift_one_open_per_driver/);
    expect((await end(driverId)).shift?.endedAt).not.toBeNull();
    expect(codesOf(await end(driverId))).toEqual(['NOT_ON_SHIFT']);
  });

  test('is started and ended by the driver, not by a colleague', async () => {
    const driverId = await fleet.registerDriver();
    const [self, colleague] = [somebody(['DRIVER'], { driverId }), somebody(['DRIVER'], { driverId: newId() })];
    expect(codesOf(await start(driverId, colleague))).toEqual(['NOT_FOUND']);
    expect(codesOf(await start(driverId, self, { vehicleId: await fleet.registerVehicle() }))).toEqual([]);
    expect(codesOf(await end(driverId, colleague))).toEqual(['NOT_FOUND']);
    expect(codesOf(await end(driverId, self))).toEqual([]);
  });

  test('cannot be started by an inactive driver or with a retired vehicle', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    await fleet.send(dispatcher, 'retireVehicle', 'RetireVehicleInput', 'vehicle { id }', {
      vehicleId,
      expectedVersion: 1,
    });
    expect(codesOf(await start(driverId, dispatcher, { vehicleId }))).toEqual(['VEHICLE_RETIRED']);
    await fleet.send(dispatcher, 'deactivateDriver', 'DeactivateDriverInput', 'driver { id }', {
      driverId,
      expectedVersion: 1,
    });
    expect(codesOf(await start(driverId))).toEqual(['DRIVER_INACTIVE']);
  });

  test('of the own needs no driver id; a dispatcher names the driver', async () => {
    const driverId = await fleet.registerDriver();
    const self = somebody(['DRIVER'], { driverId });
    expect(await start(null, self)).toMatchObject({ shift: { driver: { id: driverId } }, userErrors: [] });
    expect(await end(null, self)).toMatchObject({ shift: { driver: { id: driverId } }, userErrors: [] });
    for (const call of [start(null), end(null)])
      expect(await call).toMatchObject({ shift: null, userErrors: [{ code: 'INVALID_INPUT', field: ['driverId'] }] });
  });

  test('that ends with a load on the way warns of it, also when the call is repeated', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const { shipmentId } = await fleet.bookShipment({ reference: 'IF-2026-000077' });
    await fleet.assign(shipmentId, driverId, vehicleId);
    expect((await start(driverId)).warnings).toEqual([]);
    expect((await end(driverId)).warnings).toEqual([]); // not picked up yet
    await start(driverId);
    await fleet.receive('shipment.inTransit', { shipmentId, ...step, at: inHours(25) });
    const key = { idempotencyKey: newId() };
    for (const call of [() => end(driverId, dispatcher, key), () => end(driverId, dispatcher, key)])
      expect(await call()).toMatchObject({
        shift: { endedAt: expect.any(String) },
        warnings: [
          {
            code: 'LOAD_UNDERWAY',
            message: 'IF-2026-000077 is IN_TRANSIT and stays assigned to this driver.',
            assignment: { shipment: { id: shipmentId } },
          },
        ],
        userErrors: [],
      });
  });
});
