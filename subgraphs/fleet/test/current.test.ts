import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { dispatcher, type Fleet, inHours, startFleet } from './fleet-harness.ts';

/** What the events of a shipment's progress have in common. */
const step = { organizationId: newId(), driverId: null, vehicleId: null };
let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.close());

const query = 'query($id: ID!) { vehicle(id: $id) { driver { id } currentShipment { id } } }';
const references = `query($id: ID!) { _entities(representations: [{ __typename: "Vehicle", id: $id }]) {
  ... on Vehicle { driver { id } currentShipment { id } } } }`;

/** What a caller sees of a vehicle, through an entity as customers reach it. */
async function seen(vehicleId: string, as: Identity = dispatcher) {
  const { data, errors } = await fleet.ask<{ _entities: unknown[] }>(as, references, { id: vehicleId });
  expect(errors).toEqual([]);
  return data?._entities[0];
}

const startShift = (driverId: string, vehicleId: string) =>
  fleet.send(dispatcher, 'startShift', 'StartShiftInput', 'shift { id }', { driverId, vehicleId });
const endShift = (driverId: string) =>
  fleet.send(dispatcher, 'endShift', 'EndShiftInput', 'shift { id }', { driverId });

/** A load that is assigned for a window in hours from now. */
async function assigned(from: number, until: number, vehicleId: string, organizationId = newId()) {
  const driverId = await fleet.registerDriver();
  const window = { pickupFrom: inHours(from), deliverBy: inHours(until) };
  const { shipmentId } = await fleet.bookShipment({ organizationId, ...window });
  const { userErrors } = await fleet.assign(shipmentId, driverId, vehicleId);
  expect(userErrors).toEqual([]);
  return { driverId, shipmentId };
}

describe('what a vehicle does now', () => {
  test('is nothing while it is parked, also if a load waits for tomorrow', async () => {
    const vehicleId = await fleet.registerVehicle();
    await assigned(24, 48, vehicleId);
    const { data } = await fleet.ask(dispatcher, query, { id: vehicleId });
    expect(data).toEqual({ vehicle: { driver: null, currentShipment: null } });
  });

  test('is the load that reserves it, until another one is on board', async () => {
    const vehicleId = await fleet.registerVehicle();
    const late = await assigned(-48, -2, vehicleId);
    const next = await assigned(-1, 5, vehicleId);
    expect(await seen(vehicleId)).toEqual({
      driver: { id: next.driverId },
      currentShipment: { id: next.shipmentId },
    });
    await fleet.receive('shipment.pickedUp', { shipmentId: late.shipmentId, ...step, at: inHours(-40) });
    const onBoard = { driver: { id: late.driverId }, currentShipment: { id: late.shipmentId } };
    expect(await seen(vehicleId)).toEqual(onBoard);
    await fleet.deliver(await fleet.bookShipment({ shipmentId: late.shipmentId }), { at: inHours(-0.5) });
    expect(await seen(vehicleId)).toMatchObject({ currentShipment: { id: next.shipmentId } });
  });

  test('is driven by who is on a shift with it, before who is assigned', async () => {
    const vehicleId = await fleet.registerVehicle();
    const { driverId, shipmentId } = await assigned(-1, 5, vehicleId);
    const substitute = await fleet.registerDriver();
    await startShift(substitute, vehicleId);
    expect(await seen(vehicleId)).toEqual({ driver: { id: substitute }, currentShipment: { id: shipmentId } });
    await endShift(substitute);
    expect(await seen(vehicleId)).toMatchObject({ driver: { id: driverId } });
  });

  test('is seen by staff, by its driver, and by the customer of the load', async () => {
    const vehicleId = await fleet.registerVehicle();
    const [owner, later] = [newId(), newId()];
    const { driverId, shipmentId } = await assigned(-1, 5, vehicleId, owner);
    await assigned(6, 9, vehicleId, later);
    const whole = { driver: { id: driverId }, currentShipment: { id: shipmentId } };
    const nothing = { driver: null, currentShipment: null };
    const customer = somebody(['CUSTOMER'], { organizationId: owner });
    expect(await seen(vehicleId, somebody(['DRIVER'], { driverId }))).toEqual(whole);
    expect(await seen(vehicleId, customer)).toEqual(whole);
    expect(await seen(vehicleId, somebody(['CUSTOMER'], { organizationId: later }))).toEqual(nothing);
    expect(await seen(vehicleId, somebody(['DRIVER'], { driverId: newId() }))).toEqual(nothing);
    const substitute = await fleet.registerDriver();
    await startShift(substitute, vehicleId);
    expect(await seen(vehicleId, customer)).toEqual({ ...whole, driver: null });
    expect(await seen(vehicleId, somebody(['DRIVER'], { driverId: substitute }))).toEqual({
      driver: { id: substitute },
      currentShipment: null,
    });
  });

  test('takes as many statements for many vehicles as for one', async () => {
    for (const number of [1, 2, 3, 4, 5])
      await assigned(-1, 5, await fleet.registerVehicle({ plate: `MANY ${number}` }));
    const list =
      'query($first: Int!) { vehicles(filter: { plate: "many" }, first: $first) { nodes { driver { name } currentShipment { id } } } }';
    const statementsFor = async (first: number) => {
      const before = fleet.services.database.statements();
      const { data } = await fleet.ask<{ vehicles: { nodes: { driver: object | null }[] } }>(dispatcher, list, {
        first,
      });
      expect(data?.vehicles.nodes).toEqual(
        Array(first).fill({ driver: { name: expect.any(String) }, currentShipment: { id: expect.any(String) } }),
      );
      return fleet.services.database.statements() - before;
    };
    expect(await statementsFor(5)).toBe(await statementsFor(1));
  });
});
