import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventName } from '#shared/events/topics.ts';
import { newId } from '#shared/ids.ts';
import { openSubgraph } from '#shared/server.ts';
import { createTestDatabase } from '#shared/test/harness.ts';
import { receiveEvents } from '#shared/test/receive-events.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { bookedShipment, codesOf, dispatcher, type Fleet, inHours, startFleet } from './fleet-harness.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.close());

async function assigned(given: Parameters<Fleet['bookShipment']>[0] = {}) {
  const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
  const booked = await fleet.bookShipment(given);
  const { assignment } = await fleet.assign(booked.shipmentId, driverId, vehicleId);
  return { booked, driverId, vehicleId, assignmentId: assignment?.id ?? '' };
}

async function assignmentOf(shipmentId: string) {
  const [row] = await fleet.rows<{ state: string; starts_at: string; ends_at: string; release_reason: string | null }>(
    'select * from assignment where shipment_id = ? order by assigned_at desc',
    [shipmentId],
  );
  return row && { ...row, startsAt: new Date(row.starts_at), endsAt: new Date(row.ends_at) };
}

async function tallyOf(driverId: string) {
  const [row] = await fleet.rows(
    `select deliveries, on_time, ratings, stars, incidents, points from score_tally
     where driver_id = ? and period = 'ALL_TIME'`,
    [driverId],
  );
  return row;
}

describe('a delivery', () => {
  test('releases driver and vehicle and credits the driver once, even if the event arrives twice', async () => {
    const { booked, driverId, vehicleId } = await assigned();
    await fleet.deliver(booked, { driverId, at: inHours(48) });
    await fleet.deliver(booked, { driverId, at: inHours(48) });
    expect(await assignmentOf(booked.shipmentId)).toMatchObject({ state: 'COMPLETED', endsAt: new Date(inHours(48)) });
    expect(await tallyOf(driverId)).toMatchObject({ deliveries: 1, on_time: 1, points: 110 });
    const next = await fleet.bookShipment({ pickupFrom: inHours(49), deliverBy: inHours(60) });
    expect(codesOf(await fleet.assign(next.shipmentId, driverId, vehicleId))).toEqual([]);
  });

  test('that is late extends the window, but not into the next assignment', async () => {
    const { booked, driverId, vehicleId } = await assigned();
    const next = await fleet.bookShipment({ pickupFrom: inHours(75), deliverBy: inHours(90) });
    await fleet.assign(next.shipmentId, driverId, vehicleId);
    await fleet.deliver(booked, { driverId, at: inHours(80), onTime: false });
    expect(await assignmentOf(booked.shipmentId)).toMatchObject({ state: 'COMPLETED', endsAt: new Date(inHours(75)) });
    expect(await tallyOf(driverId)).toMatchObject({ deliveries: 1, on_time: 0, points: 10 });
  });

  test('counts for the driver named in the event, even without an assignment', async () => {
    const driverId = await fleet.registerDriver();
    await fleet.deliver(bookedShipment(), { driverId });
    expect(await tallyOf(driverId)).toMatchObject({ deliveries: 1 });
  });

  test('of an unknown driver changes nothing', async () => {
    await fleet.deliver(bookedShipment(), { driverId: newId() });
    await fleet.deliver(bookedShipment(), { driverId: null });
  });
});

describe('a rating', () => {
  const rate = (shipmentId: string, driverId: string | null, stars: number) =>
    fleet.receive('shipment.rated', { shipmentId, organizationId: newId(), driverId, stars, at: inHours(70) });

  test('earns 5 points per star; a corrected rating counts by its difference', async () => {
    const { booked, driverId } = await assigned();
    await rate(booked.shipmentId, driverId, 5);
    expect(await tallyOf(driverId)).toMatchObject({ ratings: 1, stars: 5, points: 25 });
    await rate(booked.shipmentId, driverId, 2);
    await rate(booked.shipmentId, driverId, 2);
    expect(await tallyOf(driverId)).toMatchObject({ ratings: 1, stars: 2, points: 10 });
    expect(await fleet.rows('select balance, earned from reward_account where driver_id = ?', [driverId])).toEqual([
      { balance: 10, earned: 10 },
    ]);
  });

  test('without a driver counts for the driver of the assignment, if there is one', async () => {
    const { booked, driverId } = await assigned();
    await rate(booked.shipmentId, null, 4);
    expect(await tallyOf(driverId)).toMatchObject({ stars: 4 });
    await rate(newId(), null, 4);
    await rate(newId(), newId(), 4);
  });
});

describe('a cancellation', () => {
  test('releases driver and vehicle, and no later event reopens the shipment', async () => {
    const { booked, driverId, vehicleId } = await assigned();
    const { shipmentId, organizationId } = booked;
    const step = { shipmentId, organizationId, driverId, vehicleId };
    await fleet.receive('shipment.cancelled', { ...step, at: inHours(1), reason: 'Goods not ready' });
    expect(await assignmentOf(shipmentId)).toMatchObject({
      state: 'RELEASED',
      release_reason: 'Shipment cancelled: Goods not ready',
    });
    await fleet.receive('shipment.pickedUp', { ...step, at: inHours(2) });
    await fleet.receive('shipment.booked', { ...booked, version: 9 });
    await fleet.receive('risk.assessed', { shipmentId, score: 0, decision: 'ALLOW', at: inHours(2) });
    expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual(['NOT_BOOKED']);
  });
});

describe('a booked shipment that changes', () => {
  test('moves the window of its assignment', async () => {
    const { booked, driverId } = await assigned();
    await fleet.receive('shipment.booked', { ...booked, version: 2, pickupFrom: inHours(30), deliverBy: inHours(80) });
    expect(await assignmentOf(booked.shipmentId)).toMatchObject({
      state: 'ACTIVE',
      driver_id: driverId,
      startsAt: new Date(inHours(30)),
      endsAt: new Date(inHours(80)),
    });
  });

  test('loses its assignment if the load is too heavy or the driver is busy', async () => {
    const heavy = await assigned();
    await fleet.receive('shipment.booked', { ...heavy.booked, version: 2, weightKg: 25_000 });
    expect(await assignmentOf(heavy.booked.shipmentId)).toMatchObject({
      state: 'RELEASED',
      release_reason: expect.stringContaining('25000 kg'),
    });
    const busy = await assigned();
    const next = await fleet.bookShipment({ pickupFrom: inHours(75), deliverBy: inHours(90) });
    await fleet.assign(next.shipmentId, busy.driverId, busy.vehicleId);
    await fleet.receive('shipment.booked', { ...busy.booked, version: 2, deliverBy: inHours(76) });
    expect(await assignmentOf(busy.booked.shipmentId)).toMatchObject({ state: 'RELEASED' });
  });

  test('waits for a new risk decision; older versions and older decisions change nothing', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const booked = await fleet.bookShipment({ version: 3 });
    await fleet.receive('shipment.booked', { ...booked, version: 4 });
    expect(codesOf(await fleet.assign(booked.shipmentId, driverId, vehicleId))).toEqual(['RISK_PENDING']);
    await fleet.receive('risk.assessed', {
      shipmentId: booked.shipmentId,
      score: 80,
      decision: 'BLOCK',
      at: inHours(1),
    });
    await fleet.receive('risk.assessed', {
      shipmentId: booked.shipmentId,
      score: 0,
      decision: 'ALLOW',
      at: inHours(0),
    });
    await fleet.receive('shipment.booked', { ...booked, version: 2, weightKg: 1 });
    expect(codesOf(await fleet.assign(booked.shipmentId, driverId, vehicleId))).toEqual(['RISK_BLOCKED']);
  });

  test('is not released for carriage by a decision on its older version, however late that arrives', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const booked = await fleet.bookShipment({ version: 3 });
    const { shipmentId } = booked;
    const decide = (version: number, hours: number) =>
      fleet.receive('risk.assessed', { shipmentId, score: 0, decision: 'ALLOW', version, at: inHours(hours) });
    await fleet.receive('shipment.booked', { ...booked, version: 4 });
    await decide(3, 1);
    expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual(['RISK_PENDING']);
    await decide(4, 0);
    expect(codesOf(await fleet.assign(shipmentId, driverId, vehicleId))).toEqual([]);
  });

  test('loses its assignment if risk blocks it before the pickup, and keeps it after the pickup', async () => {
    const waiting = await assigned();
    const moving = await assigned();
    const { shipmentId, organizationId } = moving.booked;
    const { driverId, vehicleId } = moving;
    await fleet.receive('shipment.pickedUp', { shipmentId, organizationId, driverId, vehicleId, at: inHours(25) });
    for (const { booked } of [waiting, moving])
      await fleet.receive('risk.assessed', {
        shipmentId: booked.shipmentId,
        score: 100,
        decision: 'BLOCK',
        at: inHours(26),
      });
    expect(await assignmentOf(waiting.booked.shipmentId)).toMatchObject({ state: 'RELEASED' });
    expect(await assignmentOf(shipmentId)).toMatchObject({ state: 'ACTIVE' });
  });

  test('that changes during an assignment is never assigned in its old form', async () => {
    for (let round = 0; round < 5; round++) {
      const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
      const booked = await fleet.bookShipment();
      const { shipmentId } = booked;
      await Promise.all([
        fleet.assign(shipmentId, driverId, vehicleId),
        fleet.receive('shipment.booked', { ...booked, version: 2, weightKg: 25_000 }),
      ]);
      expect(
        await fleet.rows(`select 1 from assignment where shipment_id = ? and state = 'ACTIVE'`, [shipmentId]),
      ).toEqual([]);
    }
  });

  test('may be assessed before its booking arrives', async () => {
    const [driverId, vehicleId] = [await fleet.registerDriver(), await fleet.registerVehicle()];
    const booked = bookedShipment();
    await fleet.receive('risk.assessed', {
      shipmentId: booked.shipmentId,
      score: 0,
      decision: 'ALLOW',
      at: inHours(0),
    });
    expect(codesOf(await fleet.assign(booked.shipmentId, driverId, vehicleId))).toEqual(['NOT_FOUND']);
    await fleet.receive('shipment.booked', booked);
    expect(codesOf(await fleet.assign(booked.shipmentId, driverId, vehicleId))).toEqual([]);
  });
});

describe('progress', () => {
  test('late events do not set a shipment back', async () => {
    const { booked, driverId, vehicleId } = await assigned();
    const { shipmentId, organizationId } = booked;
    const step = { shipmentId, organizationId, driverId, vehicleId };
    await fleet.receive('shipment.inTransit', { ...step, at: inHours(27) });
    await fleet.receive('shipment.pickedUp', { ...step, at: inHours(25) });
    const state = () => fleet.rows('select state from load_state where shipment_id = ?', [shipmentId]);
    expect(await state()).toEqual([{ state: 'IN_TRANSIT' }]);
    await fleet.receive('shipment.exception', { ...step, at: inHours(28), reason: 'Flat tire' });
    await fleet.receive('shipment.outForDelivery', { ...step, at: inHours(40) });
    expect(await state()).toEqual([{ state: 'OUT_FOR_DELIVERY' }]);
  });
});

describe('other subgraphs', () => {
  test('receive events of drivers, vehicles, shifts, assignments and incidents, and fleet receives theirs', async () => {
    const database = await createTestDatabase();
    const received: { readonly name: EventName; readonly payload: object }[] = [];
    const published = [
      'driver.changed',
      'vehicle.changed',
      'shift.ended',
      'assignment.created',
      'assignment.released',
      'incident.reported',
    ] as const;
    const live = await startFleet({ database });
    const neighbour = await openSubgraph(
      sampleSubgraph(
        'shipments',
        Object.fromEntries(
          published.map((name) => [
            name,
            async (_transaction: unknown, payload: object) => void received.push({ name, payload }),
          ]),
        ),
      ),
      { databaseUrl: database.urlFor('shipments'), live: live.live, log: live.services.log },
    );
    try {
      const driverId = await live.registerDriver();
      const vehicleId = await live.registerVehicle();
      const booked = bookedShipment();
      const { shipmentId } = booked;
      await receiveEvents(
        live.services,
        ['shipment.booked', booked],
        ['risk.assessed', { shipmentId, score: 0, decision: 'ALLOW', at: inHours(0) }],
      );
      await live.services.jobs.drain();
      expect(codesOf(await live.assign(shipmentId, driverId, vehicleId))).toEqual([]);
      const input = { shipmentId, reason: 'Changed my mind' };
      await live.send(dispatcher, 'unassignShipment', 'UnassignShipmentInput', 'assignment { id }', input);
      await live.send(dispatcher, 'startShift', 'StartShiftInput', 'shift { id }', { driverId });
      await live.send(dispatcher, 'endShift', 'EndShiftInput', 'shift { id }', { driverId });
      await live.send(dispatcher, 'reportIncident', 'ReportIncidentInput', 'incident { id }', {
        driverId,
        kind: 'SPEEDING',
        severity: 'LOW',
        description: 'x',
        occurredAt: inHours(0),
        idempotencyKey: newId(),
      });
      await neighbour.services.jobs.drain();
      expect(received.map(({ name }) => name).sort()).toEqual([...published].sort());
      // Events of assignments name the dispatcher.
      expect(received.filter(({ name }) => name.startsWith('assignment.'))).toMatchObject([
        { name: 'assignment.created', payload: { accountId: dispatcher.accountId } },
        { name: 'assignment.released', payload: { accountId: dispatcher.accountId } },
      ]);
    } finally {
      await neighbour.close();
      await live.close();
      await database.drop();
    }
  });
});
