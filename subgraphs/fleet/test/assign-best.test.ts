import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import {
  chicago,
  dallas,
  dispatcher,
  type Fleet,
  homeBaseAt,
  inHours,
  startFleet,
  type UserErrors,
} from './fleet-harness.ts';

interface Best extends UserErrors {
  readonly results:
    | readonly {
        readonly shipmentId: string;
        readonly driver: { readonly id: string } | null;
        readonly vehicle: { readonly id: string } | null;
        readonly total: number | null;
        readonly assignment: { readonly id: string; readonly state: string } | null;
        readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
      }[]
    | null;
}

const selection = `results {
  shipmentId driver { id } vehicle { id } total assignment { id state } userErrors { code field } }`;

describe('assignBest', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());

  beforeEach(async () => {
    await fleet.rows('truncate driver, vehicle, load, load_state cascade');
  });
  const book = (given: object = {}) => fleet.bookShipment(given);
  const assignBest = (shipmentIds: readonly string[], more: object = {}) =>
    fleet.send<Best>(dispatcher, 'assignBest', 'AssignBestInput', selection, {
      shipmentIds,
      idempotencyKey: newId(),
      ...more,
    });
  async function pair(given: object = {}) {
    const vehicleId = await fleet.registerVehicle(given);
    return { vehicleId, driverId: await fleet.registerDriver({ usualVehicleId: vehicleId, ...given }) };
  }
  async function held(): Promise<number> {
    return (await fleet.rows("select id from assignment where state = 'ACTIVE'")).length;
  }

  test('gives each shipment the best pair that is left, in one call', async () => {
    const [near, far] = [await pair(), await pair({ homeBase: homeBaseAt(dallas) })];
    const window = { pickupFrom: inHours(48), pickupUntil: inHours(96), deliverBy: inHours(140) };
    const [first, second] = [await book(window), await book(window)];
    const { results, userErrors } = await assignBest([first.shipmentId, second.shipmentId]);
    expect(userErrors).toEqual([]);
    expect(results).toMatchObject([
      { shipmentId: first.shipmentId, driver: { id: near.driverId }, assignment: { state: 'ACTIVE' } },
      { shipmentId: second.shipmentId, driver: { id: far.driverId }, vehicle: { id: far.vehicleId } },
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
    expect(results?.flatMap((result) => result.userErrors)).toMatchObject(
      userErrors.map(({ code, field }) => ({ code, field })),
    );
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

  test('plans a dry run as the call would assign: each driver once, and on from the stop before', async () => {
    const { driverId } = await pair();
    const towards = {
      origin: chicago,
      destination: dallas,
      pickupFrom: inHours(24),
      pickupUntil: inHours(30),
      deliverBy: inHours(48),
    };
    const back = {
      origin: dallas,
      destination: chicago,
      pickupFrom: inHours(50),
      pickupUntil: inHours(52),
      deliverBy: inHours(90),
    };
    const booked = [await book(back), await book(towards)];
    const ids = booked.map(({ shipmentId }) => shipmentId);
    const shown = await assignBest(ids, { dryRun: true });
    expect(shown).toMatchObject({
      results: [{ driver: { id: driverId } }, { driver: { id: driverId } }],
      userErrors: [],
    });
    const made = await assignBest(ids);
    expect(made.results?.map(({ driver, vehicle, total }) => ({ driver, vehicle, total }))).toEqual(
      shown.results?.map(({ driver, vehicle, total }) => ({ driver, vehicle, total })),
    );
  });

  test('gives no driver or vehicle twice, and leaves none over, however many calls come at once', async () => {
    for (let index = 0; index < 4; index++) await pair();
    const booked = await Promise.all(Array.from({ length: 6 }, () => book()));
    const outcomes = await Promise.all(booked.map(({ shipmentId }) => assignBest([shipmentId])));
    const made = outcomes.flatMap(({ results }) => results ?? []).filter(({ assignment }) => assignment);
    expect(new Set(made.map(({ driver }) => driver?.id)).size).toBe(4);
    expect(await held()).toBe(4);
    expect(outcomes.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual([
      'NOBODY_FREE',
      'NOBODY_FREE',
    ]);
  });

  describe('beside other changes', () => {
    /** Locks drivers as another change would, until `release`. */
    async function lockDrivers(...ids: readonly string[]) {
      const locked = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const change = fleet.services.database.fork().transactional(async (em) => {
        await query(em, sql`select id from driver where id = any(${ids}::uuid[]) for update`);
        locked.resolve();
        await end.promise;
      });
      await Promise.race([locked.promise, change]);
      return async () => {
        end.resolve();
        await change;
      };
    }

    /** Waits until so many statements of fleet wait for a lock. */
    async function untilWaiting(count: number): Promise<void> {
      for (;;) {
        const waiting = await fleet.rows(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        if (waiting.length >= count) return;
      }
    }

    test('a dry run neither waits for their locks nor passes the locked ones over', async () => {
      const best = await pair();
      await pair({ homeBase: homeBaseAt(dallas) });
      const { shipmentId } = await book();
      const release = await lockDrivers(best.driverId);
      const shown = await assignBest([shipmentId], { dryRun: true });
      await release();
      expect(shown).toMatchObject({ results: [{ driver: { id: best.driverId } }], userErrors: [] });
    });

    test('assigns the best pair after a change that leaves it free', async () => {
      const best = await pair();
      await pair({ homeBase: homeBaseAt(dallas) });
      const { shipmentId } = await book();
      const release = await lockDrivers(best.driverId);
      const assigning = assignBest([shipmentId]);
      await untilWaiting(1);
      await release();
      expect(await assigning).toMatchObject({ results: [{ driver: { id: best.driverId } }], userErrors: [] });
    });

    test('assigns the next pair after a change that takes the best one', async () => {
      const best = await pair();
      const next = await pair({ homeBase: homeBaseAt(dallas) });
      const window = { pickupFrom: inHours(48), pickupUntil: inHours(96), deliverBy: inHours(140) };
      const [rival, own] = [await book(window), await book(window)];
      const release = await lockDrivers(best.driverId);
      const taking = fleet.assign(rival.shipmentId, best.driverId, best.vehicleId);
      await untilWaiting(1);
      const assigning = assignBest([own.shipmentId]);
      await untilWaiting(2);
      await release();
      expect((await taking).userErrors).toEqual([]);
      expect(await assigning).toMatchObject({ results: [{ driver: { id: next.driverId } }], userErrors: [] });
    });

    test('calls that want the same drivers in opposite order do not deadlock', async () => {
      const [inChicago, inDallas] = [await pair(), await pair({ homeBase: homeBaseAt(dallas) })];
      const [soon, late] = [{ pickupFrom: inHours(20) }, { pickupFrom: inHours(22) }];
      const window = { pickupUntil: inHours(70), deliverBy: inHours(140) };
      const fromChicago = { ...window, origin: chicago, destination: dallas };
      const fromDallas = { ...window, origin: dallas, destination: chicago };
      const one = [await book({ ...fromChicago, ...soon }), await book({ ...fromDallas, ...late })];
      const other = [await book({ ...fromDallas, ...soon }), await book({ ...fromChicago, ...late })];
      const idsOf = (loads: typeof one) => loads.map(({ shipmentId }) => shipmentId);
      const driversOf = ({ results }: Best) => results?.map(({ driver }) => driver?.id);
      expect(driversOf(await assignBest(idsOf(one), { dryRun: true }))).toEqual([
        inChicago.driverId,
        inDallas.driverId,
      ]);
      expect(driversOf(await assignBest(idsOf(other), { dryRun: true }))).toEqual([
        inDallas.driverId,
        inChicago.driverId,
      ]);

      // Each call waits for the driver that it locks first. Then both go on at once.
      const release = await lockDrivers(inChicago.driverId, inDallas.driverId);
      const calls = [assignBest(idsOf(one)), assignBest(idsOf(other))];
      await untilWaiting(2);
      await release();
      const codes = (await Promise.all(calls)).map(({ userErrors }) => userErrors.map(({ code }) => code));
      expect(codes.toSorted()).toEqual([[], ['NOBODY_FREE', 'NOBODY_FREE']]);
      expect(await held()).toBe(2);
    });
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
