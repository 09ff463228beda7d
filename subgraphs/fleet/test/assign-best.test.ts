import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { dallas, dispatcher, type Fleet, homeBaseAt, inHours, startFleet, type UserErrors } from './fleet-harness.ts';

interface Best extends UserErrors {
  readonly results:
    | readonly {
        readonly shipment: { readonly id: string };
        readonly driver: { readonly id: string } | null;
        readonly vehicle: { readonly id: string } | null;
        readonly total: number | null;
        readonly assignment: { readonly id: string; readonly state: string } | null;
        readonly userErrors: readonly { readonly code: string }[];
      }[]
    | null;
}

const selection = `results { shipment { id } driver { id } vehicle { id } total assignment { id state } userErrors { code } }`;

describe('assignBest', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  // Each test has the drivers, vehicles and shipments of one kind of equipment to itself.
  const kinds = [...equipmentKinds];
  let equipment: (typeof equipmentKinds)[number];
  beforeEach(() => {
    equipment = kinds.shift() ?? equipment;
  });
  const book = (given: object = {}) => fleet.bookShipment({ equipment, ...given });
  const assignBest = (shipmentIds: readonly string[], more: object = {}) =>
    fleet.send<Best>(dispatcher, 'assignBest', 'AssignBestInput', selection, {
      shipmentIds,
      idempotencyKey: newId(),
      ...more,
    });
  async function pair(given: object = {}) {
    const vehicleId = await fleet.registerVehicle({ equipment, ...given });
    const licenseClasses = ['CLASS_A', 'TANK', 'HAZMAT'];
    const driverId = await fleet.registerDriver({
      equipment: [equipment],
      licenseClasses,
      usualVehicleId: vehicleId,
      ...given,
    });
    return { driverId, vehicleId };
  }
  async function held(): Promise<number> {
    const rows = await fleet.rows(
      "select a.id from assignment a join load l using (shipment_id) where a.state = 'ACTIVE' and l.equipment = ?",
      [equipment],
    );
    return rows.length;
  }

  test('gives each shipment the best pair that is left, in one call', async () => {
    const [near, far] = [await pair(), await pair({ homeBase: homeBaseAt(dallas) })];
    const window = { pickupFrom: inHours(48), pickupUntil: inHours(96), deliverBy: inHours(140) };
    const [first, second] = [await book(window), await book(window)];
    const { results, userErrors } = await assignBest([first.shipmentId, second.shipmentId]);
    expect(userErrors).toEqual([]);
    expect(results).toMatchObject([
      { shipment: { id: first.shipmentId }, driver: { id: near.driverId }, assignment: { state: 'ACTIVE' } },
      { shipment: { id: second.shipmentId }, driver: { id: far.driverId }, vehicle: { id: far.vehicleId } },
    ]);
  });

  test('assigns nothing if one shipment is refused, and tells which', async () => {
    await pair();
    const [first, second] = [await book(), await book()];
    const { results, userErrors } = await assignBest([first.shipmentId, newId(), second.shipmentId]);
    expect(results?.map(({ assignment, userErrors: [error] }) => [assignment, error?.code])).toEqual([
      [null, undefined],
      [null, 'NOT_FOUND'],
      [null, 'NOBODY_FREE'],
    ]);
    expect(userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['shipmentIds', '1'] },
      { code: 'NOBODY_FREE', field: ['shipmentIds', '2'] },
    ]);
    expect(await held()).toBe(0);
  });

  test('shows the choice of a dry run and assigns nothing, also with the key of the call that follows', async () => {
    const { driverId } = await pair();
    const { shipmentId } = await book();
    const idempotencyKey = newId();
    const shown = await assignBest([shipmentId], { idempotencyKey, dryRun: true });
    expect(shown).toMatchObject({ results: [{ driver: { id: driverId }, assignment: null }], userErrors: [] });
    expect(await held()).toBe(0);
    const made = await assignBest([shipmentId], { idempotencyKey });
    expect(made.results).toMatchObject([{ driver: { id: driverId }, assignment: { state: 'ACTIVE' } }]);
    expect(await assignBest([shipmentId], { idempotencyKey })).toEqual(made);
    expect(await held()).toBe(1);
    expect((await assignBest([shipmentId])).userErrors).toMatchObject([{ code: 'ALREADY_ASSIGNED' }]);
  });

  test('gives no driver or vehicle twice, however many calls come at once', async () => {
    for (let index = 0; index < 4; index++) await pair();
    const booked = await Promise.all(Array.from({ length: 6 }, () => book()));
    const outcomes = await Promise.all(booked.map(({ shipmentId }) => assignBest([shipmentId])));
    const made = outcomes.flatMap(({ results }) => results ?? []).filter(({ assignment }) => assignment);
    expect(new Set(made.map(({ driver }) => driver?.id)).size).toBe(made.length);
    expect(await held()).toBe(made.length);
    for (const { userErrors } of outcomes)
      for (const { code } of userErrors) expect(['NOBODY_FREE', 'DOUBLE_BOOKED']).toContain(code);
    // Who was passed over during the rush is found now.
    for (const { shipmentId } of booked) await assignBest([shipmentId]);
    expect(await held()).toBe(4);
  });

  test('does not deadlock with calls that name the shipments in another order, or with single assignments', async () => {
    const pairs = [await pair(), await pair(), await pair()];
    const booked = await Promise.all(Array.from({ length: 3 }, () => book()));
    const ids = booked.map(({ shipmentId }) => shipmentId);
    const single = pairs.map(({ driverId, vehicleId }, index) => fleet.assign(ids[index] ?? '', driverId, vehicleId));
    await Promise.all([assignBest(ids), ...single, assignBest(ids.toReversed())]);
    for (const id of ids) await assignBest([id]);
    expect(await held()).toBe(3);
  });

  test.each([
    ['no shipment', []],
    ['a shipment twice', ['a', 'a']],
    ['51 shipments', Array.from({ length: 51 }, () => newId())],
  ])('refuses %s', async (_what, shipmentIds) => {
    expect(await assignBest(shipmentIds)).toMatchObject({
      results: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['shipmentIds'] }],
    });
  });
});
