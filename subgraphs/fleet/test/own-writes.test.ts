import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { requestBefore, requestWithout } from '#shared/test/held-back.ts';
import {
  bookedShipment,
  codesOf,
  dispatcher,
  type Fleet,
  inHours,
  startFleet,
  type UserErrors,
} from './fleet-harness.ts';

/** Bookings and decisions of risk reach fleet by events, a moment after the dispatcher has seen the booking. */
let fleet: Fleet;
let driverId: string;
let vehicleId: string;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.close());
beforeEach(async () => {
  await fleet.rows('truncate driver, vehicle, load, load_state cascade');
  vehicleId = await fleet.registerVehicle();
  driverId = await fleet.registerDriver({ usualVehicleId: vehicleId });
});

const assignBest = (shipmentId: string, more: object = {}) =>
  fleet.send<UserErrors>(dispatcher, 'assignBest', 'AssignBestInput', 'results { driver { id } }', {
    shipmentIds: [shipmentId],
    ...more,
  });

async function recommend(shipmentId: string): Promise<UserErrors> {
  const { data } = await fleet.ask<{ recommendations: UserErrors }>(
    dispatcher,
    'query($id: ID!) { recommendations(shipmentId: $id) { recommendations { rank } userErrors: refusals { code } } }',
    { id: shipmentId },
  );
  return data!.recommendations;
}

const requests: readonly [string, (shipmentId: string) => Promise<UserErrors>][] = [
  ['assignShipment', (shipmentId) => fleet.assign(shipmentId, driverId, vehicleId)],
  ['assignBest', assignBest],
  ['a dry run of assignBest', (shipmentId) => assignBest(shipmentId, { dryRun: true })],
  ['recommendations', recommend],
  [
    'reportIncident',
    (shipmentId) =>
      fleet.send(dispatcher, 'reportIncident', 'ReportIncidentInput', 'incident { id }', {
        driverId,
        shipmentId,
        kind: 'NEAR_MISS',
        severity: 'LOW',
        description: 'A ladder on the road',
        occurredAt: inHours(-1),
        idempotencyKey: newId(),
      }),
  ],
];

describe.each(requests)('%s', (_name, request) => {
  test('waits for the booking of its shipment', async () => {
    const shipmentId = newId();
    await fleet.receive('risk.assessed', { shipmentId, score: 0, decision: 'ALLOW', at: inHours(-1) });
    const codes = await requestBefore(fleet, ['shipment.booked', bookedShipment({ shipmentId })], () =>
      request(shipmentId),
    );
    expect(codesOf(codes)).toEqual([]);
  });

  test('is refused with NOT_READY if that takes too long', async () => {
    const { shipmentId } = await fleet.bookShipment();
    expect(codesOf(await requestWithout(fleet, () => request(shipmentId)))).toEqual(['NOT_READY']);
  });
});

test('an assignment waits for the decision of risk that has been sent', async () => {
  const booked = bookedShipment();
  await fleet.receive('shipment.booked', booked);
  const assessed = { shipmentId: booked.shipmentId, score: 0, decision: 'ALLOW', at: inHours(-1) } as const;
  const assigned = await requestBefore(fleet, ['risk.assessed', assessed], () => assignBest(booked.shipmentId));
  expect(codesOf(assigned)).toEqual([]);
});
