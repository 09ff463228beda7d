import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { bookedShipment, codesOf, dispatcher, type Fleet, inHours, startFleet } from './fleet-harness.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.close());

async function crew(vehicle: object = {}, driver: object = {}): Promise<[string, string]> {
  return [await fleet.registerDriver(driver), await fleet.registerVehicle(vehicle)];
}

describe('assigning a shipment', () => {
  test('reserves driver and vehicle from the pickup window until the delivery', async () => {
    const [driverId, vehicleId] = await crew();
    const booked = await fleet.bookShipment();
    const { assignment, userErrors } = await fleet.assign(booked.shipmentId, driverId, vehicleId);
    expect(userErrors).toEqual([]);
    const { data } = await fleet.ask(
      dispatcher,
      `query Q($id: ID!) { assignment(id: $id) { state startsAt endsAt driver { id } vehicle { id } shipment { id } assignedBy { id } } }`,
      { id: assignment?.id },
    );
    expect(data).toEqual({
      assignment: {
        state: 'ACTIVE',
        startsAt: booked.pickupFrom,
        endsAt: booked.deliverBy,
        driver: { id: driverId },
        vehicle: { id: vehicleId },
        shipment: { id: booked.shipmentId },
        assignedBy: { id: dispatcher.accountId },
      },
    });
  });

  test('returns the same assignment for the same key, and refuses the key with another input', async () => {
    const [driverId, vehicleId] = await crew();
    const booked = await fleet.bookShipment();
    const idempotencyKey = newId();
    const once = await fleet.assign(booked.shipmentId, driverId, vehicleId, { idempotencyKey });
    const twice = await fleet.assign(booked.shipmentId, driverId, vehicleId, { idempotencyKey });
    expect(twice).toEqual(once);
    const other = await fleet.assign(newId(), driverId, vehicleId, { idempotencyKey });
    expect(codesOf(other)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('leaves the idempotency key free when it is refused', async () => {
    const [driverId, vehicleId] = await crew();
    const booked = bookedShipment();
    const idempotencyKey = newId();
    await fleet.receive('shipment.booked', booked);
    expect(codesOf(await fleet.assign(booked.shipmentId, driverId, vehicleId, { idempotencyKey }))).toEqual([
      'RISK_PENDING',
    ]);
    await fleet.receive('risk.assessed', {
      shipmentId: booked.shipmentId,
      score: 0,
      decision: 'ALLOW',
      at: inHours(0),
    });
    expect(codesOf(await fleet.assign(booked.shipmentId, driverId, vehicleId, { idempotencyKey }))).toEqual([]);
    const { assignment, userErrors } = await fleet.assign(booked.shipmentId, driverId, vehicleId);
    expect(assignment).toMatchObject({ state: 'ACTIVE' });
    expect(userErrors).toMatchObject([{ code: 'ALREADY_ASSIGNED', field: ['shipmentId'] }]);
  });

  test.each(['not-an-id', newId(), "'; drop table assignment; --", '\u0000', 'x'.repeat(90)])(
    'refuses the unknown id %j of each kind',
    async (unknown) => {
      const [driverId, vehicleId] = await crew();
      const { shipmentId } = await fleet.bookShipment();
      expect(await fleet.assign(unknown, driverId, vehicleId)).toMatchObject({
        assignment: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['shipmentId'] }],
      });
      expect((await fleet.assign(shipmentId, unknown, vehicleId)).userErrors).toMatchObject([
        { code: 'NOT_FOUND', field: ['driverId'] },
      ]);
      expect((await fleet.assign(shipmentId, driverId, unknown)).userErrors).toMatchObject([
        { code: 'NOT_FOUND', field: ['vehicleId'] },
      ]);
    },
  );

  test('refuses too much weight, too much volume and the wrong equipment with all reasons at once', async () => {
    const [driverId, vehicleId] = await crew({ maxWeightKg: 11_999, maxVolumeM3: 59, equipment: 'REEFER' });
    const { shipmentId } = await fleet.bookShipment();
    const refused = await fleet.assign(shipmentId, driverId, vehicleId);
    expect(codesOf(refused)).toEqual(['WRONG_EQUIPMENT', 'OVER_CAPACITY', 'OVER_CAPACITY']);
    expect(refused.userErrors.map(({ field }) => field)).toEqual([['vehicleId'], ['vehicleId'], ['vehicleId']]);
  });

  test('accepts a load that fills the vehicle exactly', async () => {
    const [driverId, vehicleId] = await crew({ maxWeightKg: 12_000, maxVolumeM3: 60 });
    const { shipmentId } = await fleet.bookShipment();
    expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual([]);
  });

  test('refuses a driver who is not trained for the equipment', async () => {
    const [driverId, vehicleId] = await crew({ equipment: 'FLATBED' });
    const { shipmentId } = await fleet.bookShipment({ equipment: 'FLATBED' });
    expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual(['DRIVER_NOT_QUALIFIED']);
  });

  test('refuses inactive drivers and retired vehicles', async () => {
    const [driverId, vehicleId] = await crew();
    const { shipmentId } = await fleet.bookShipment();
    await fleet.send(dispatcher, 'deactivateDriver', 'DeactivateDriverInput', 'driver { id }', {
      driverId,
      expectedVersion: 1,
    });
    await fleet.send(dispatcher, 'retireVehicle', 'RetireVehicleInput', 'vehicle { id }', {
      vehicleId,
      expectedVersion: 1,
    });
    expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual([
      'DRIVER_INACTIVE',
      'VEHICLE_RETIRED',
    ]);
  });

  test.each([
    ['PENDING', null, 'RISK_PENDING'],
    ['an open REVIEW', 'REVIEW', 'RISK_PENDING'],
    ['BLOCK', 'BLOCK', 'RISK_BLOCKED'],
  ] as const)('refuses a shipment whose risk is %s', async (_name, decision, code) => {
    const [driverId, vehicleId] = await crew();
    const booked = bookedShipment();
    await fleet.receive('shipment.booked', booked);
    if (decision)
      await fleet.receive('risk.assessed', { shipmentId: booked.shipmentId, score: 50, decision, at: inHours(-1) });
    expect(codesOf(await fleet.assign(booked.shipmentId, driverId, vehicleId))).toEqual([code]);
  });

  test('refuses a shipment that is cancelled or stopped by an exception', async () => {
    const [driverId, vehicleId] = await crew();
    for (const event of ['shipment.cancelled', 'shipment.exception'] as const) {
      const { shipmentId, organizationId } = await fleet.bookShipment();
      await fleet.receive(event, {
        shipmentId,
        organizationId,
        driverId: null,
        vehicleId: null,
        at: inHours(0),
        reason: 'x',
      });
      expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual(['NOT_BOOKED']);
    }
  });

  test('refuses overlapping windows of a driver or a vehicle, and accepts windows that touch', async () => {
    const [driverId, vehicleId] = await crew();
    const [otherDriverId, otherVehicleId] = await crew();
    const first = await fleet.bookShipment();
    const overlapping = await fleet.bookShipment({ pickupFrom: inHours(71), deliverBy: inHours(90) });
    const touching = await fleet.bookShipment({ pickupFrom: inHours(72), deliverBy: inHours(90) });
    await fleet.assign(first.shipmentId, driverId, vehicleId);
    expect((await fleet.assign(overlapping.shipmentId, driverId, otherVehicleId)).userErrors).toMatchObject([
      { code: 'DOUBLE_BOOKED', field: ['driverId'] },
    ]);
    expect((await fleet.assign(overlapping.shipmentId, otherDriverId, vehicleId)).userErrors).toMatchObject([
      { code: 'DOUBLE_BOOKED', field: ['vehicleId'] },
    ]);
    expect(codesOf(await fleet.assign(touching.shipmentId, driverId, vehicleId))).toEqual([]);
  });

  test('twice is refused by a database constraint too', async () => {
    const [driverId, vehicleId] = await crew();
    const { shipmentId } = await fleet.bookShipment();
    await fleet.assign(shipmentId, driverId, vehicleId);
    const again = (change: string) =>
      fleet.rows(
        `insert into assignment select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid()) || ?::jsonb)).*
         from assignment a where shipment_id = ?`,
        [change, shipmentId],
      );
    const free = { shipment_id: newId(), vehicle_id: await fleet.registerVehicle() };
    await expect(again('{}')).rejects.toThrow(/assignment_/);
    await expect(again(JSON.stringify(free))).rejects.toThrow(/assignment_driver_busy/);
  });

  test.each([
    [
      'drivers, customers and analysts',
      [somebody(['DRIVER'], { driverId: newId() }), somebody(['CUSTOMER']), somebody(['ANALYST'])],
      'FORBIDDEN',
    ],
    ['anonymous callers', [anonymous], 'UNAUTHENTICATED'],
  ] as const)('is forbidden for %s', async (_name, identities, code) => {
    for (const identity of identities) {
      const { data, errors } = await fleet.ask(
        identity,
        'mutation M($input: AssignShipmentInput!) { assignShipment(input: $input) { userErrors { code } } }',
        { input: { shipmentId: newId(), driverId: newId(), vehicleId: newId() } },
      );
      expect(data ?? null).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code } }]);
    }
  });
});

describe('many dispatchers at once', () => {
  test('assign one driver exactly once', async () => {
    const driverId = await fleet.registerDriver();
    const attempts = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const [{ shipmentId }, vehicleId] = [await fleet.bookShipment(), await fleet.registerVehicle()];
        return { shipmentId, vehicleId };
      }),
    );
    const results = await Promise.all(
      attempts.map(({ shipmentId, vehicleId }) => fleet.assign(shipmentId, driverId, vehicleId)),
    );
    expect(results.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(results.flatMap(codesOf)).toEqual(Array(11).fill('DOUBLE_BOOKED'));
  });

  test('assign one vehicle exactly once', async () => {
    const vehicleId = await fleet.registerVehicle();
    const attempts = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const [{ shipmentId }, driverId] = [await fleet.bookShipment(), await fleet.registerDriver()];
        return { shipmentId, driverId };
      }),
    );
    const results = await Promise.all(
      attempts.map(({ shipmentId, driverId }) => fleet.assign(shipmentId, driverId, vehicleId)),
    );
    expect(results.flatMap(codesOf)).toEqual(Array(7).fill('DOUBLE_BOOKED'));
  });

  test('assign one shipment exactly once; the others get its assignment', async () => {
    const { shipmentId } = await fleet.bookShipment();
    const crews = await Promise.all(Array.from({ length: 8 }, () => crew()));
    const results = await Promise.all(
      crews.map(([driverId, vehicleId]) => fleet.assign(shipmentId, driverId, vehicleId)),
    );
    expect(results.flatMap(codesOf)).toEqual(Array(7).fill('ALREADY_ASSIGNED'));
    expect(new Set(results.map(({ assignment }) => assignment?.id)).size).toBe(1);
  });

  test('assign crossing pairs of drivers and vehicles without a deadlock', async () => {
    const crews = await Promise.all(Array.from({ length: 3 }, () => crew()));
    const shipments = await Promise.all(Array.from({ length: 9 }, () => fleet.bookShipment()));
    const results = await Promise.all(
      shipments.map(({ shipmentId }, index) =>
        fleet.assign(shipmentId, crews[index % 3]![0], crews[(index + Math.floor(index / 3)) % 3]![1]),
      ),
    );
    expect(new Set(results.flatMap(codesOf))).toEqual(new Set(['DOUBLE_BOOKED']));
    expect(results.filter(({ userErrors }) => userErrors.length === 0).length).toBeGreaterThanOrEqual(1);
  });

  test('assign once with the same idempotency key', async () => {
    const [driverId, vehicleId] = await crew();
    const { shipmentId } = await fleet.bookShipment();
    const idempotencyKey = newId();
    const results = await Promise.all(
      Array.from({ length: 6 }, () => fleet.assign(shipmentId, driverId, vehicleId, { idempotencyKey })),
    );
    expect(results.flatMap(codesOf)).toEqual([]);
    expect(new Set(results.map(({ assignment }) => assignment?.id)).size).toBe(1);
  });
});

describe('unassigning a shipment', () => {
  const unassign = (input: object) =>
    fleet.send<{ assignment: { id: string; state: string; releaseReason: string } | null; userErrors: [] }>(
      dispatcher,
      'unassignShipment',
      'UnassignShipmentInput',
      'assignment { id state releaseReason }',
      input,
    );

  test('releases driver and vehicle, with the reason', async () => {
    const [driverId, vehicleId] = await crew();
    const { shipmentId } = await fleet.bookShipment();
    await fleet.assign(shipmentId, driverId, vehicleId);
    const input = { shipmentId, reason: 'Driver is ill', idempotencyKey: newId() };
    const { assignment } = await unassign(input);
    expect(assignment).toMatchObject({ state: 'RELEASED', releaseReason: 'Driver is ill' });
    expect(await unassign(input)).toMatchObject({ assignment, userErrors: [] }); // a repeated call
    expect(codesOf(await unassign({ ...input, reason: 'Another' }))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
    expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual([]);
  });

  test('refuses a shipment that is not assigned, is under way, or has another assignment by now', async () => {
    const [driverId, vehicleId] = await crew();
    const { shipmentId, organizationId } = await fleet.bookShipment();
    expect(codesOf(await unassign({ shipmentId, reason: 'x' }))).toEqual(['NOT_ASSIGNED']);
    expect(codesOf(await unassign({ shipmentId: newId(), reason: 'x' }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await unassign({ shipmentId, reason: '  ' }))).toEqual(['INVALID_INPUT']);
    expect(codesOf(await unassign({ shipmentId, reason: 'a\u0000b' }))).toEqual(['INVALID_INPUT']);
    expect(codesOf(await unassign({ shipmentId, reason: 'x'.repeat(501) }))).toEqual(['INVALID_INPUT']);
    const { assignment } = await fleet.assign(shipmentId, driverId, vehicleId);
    const contested = await unassign({ shipmentId, assignmentId: newId(), reason: 'x' });
    expect(codesOf(contested)).toEqual(['CONFLICT']);
    expect(contested.assignment).toMatchObject({ id: assignment?.id, state: 'ACTIVE' });
    await fleet.receive('shipment.pickedUp', { shipmentId, organizationId, driverId, vehicleId, at: inHours(25) });
    expect(codesOf(await unassign({ shipmentId, reason: 'x' }))).toEqual(['SHIPMENT_UNDERWAY']);
  });
});
