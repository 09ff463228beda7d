import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { createFleet } from '../subgraph.ts';
import { bookedShipment, dispatcher, type Fleet, inHours, startFleet } from './fleet-harness.ts';

interface Advice {
  readonly recommendations: readonly {
    readonly isOnDuty: boolean;
    readonly driver: { readonly id: string };
    readonly vehicle: { readonly id: string };
    readonly reasons: readonly { readonly factor: string; readonly figure: number; readonly explanation: string }[];
  }[];
  readonly excluded: readonly {
    readonly reason: string;
    readonly count: number;
    readonly examples: readonly string[];
  }[];
  readonly refusals: readonly { readonly code: string; readonly message: string }[];
}

const vancouver = { latitude: 49.28, longitude: -123.12 };

const stepOf = ({ shipmentId, organizationId }: { shipmentId: string; organizationId: string }) => ({
  shipmentId,
  organizationId,
  driverId: null,
  vehicleId: null,
});

describe('recommendations', () => {
  let fleet: Fleet;
  let vehicleId: string;
  let driverId: string;
  beforeAll(async () => {
    fleet = await startFleet();
    vehicleId = await fleet.registerVehicle({ equipment: 'TANKER' });
    driverId = await fleet.registerDriver({
      equipment: ['TANKER'],
      licenseClasses: ['CLASS_A', 'TANK'],
      usualVehicleId: vehicleId,
    });
  });
  afterAll(() => fleet.close());

  async function advise(shipmentId: string): Promise<Advice> {
    const query = `query($id: ID!) {
      recommendations(shipmentId: $id) { recommendations { isOnDuty driver { id } vehicle { id } reasons { factor figure explanation } }
        excluded { reason count examples } refusals { code message } }
      recommendDrivers(shipmentId: $id) { driver { id } } }`;
    const { data, errors } = await fleet.ask<{ recommendations: Advice; recommendDrivers: Advice['recommendations'] }>(
      dispatcher,
      query,
      { id: shipmentId },
    );
    if (!data) throw new Error(JSON.stringify(errors));
    expect(data.recommendDrivers.map(({ driver }) => driver)).toEqual(
      data.recommendations.recommendations.map(({ driver }) => driver),
    );
    return data.recommendations;
  }
  const tanker = (given: object = {}) =>
    fleet.bookShipment({
      equipment: 'TANKER',
      pickupFrom: inHours(2),
      pickupUntil: inHours(4),
      deliverBy: inHours(42),
      ...given,
    });
  const scrape = async () => (await fetch(new URL('/metrics', fleet.url))).text();
  const see = (place: object, hours = 0) =>
    fleet.receive('vehicles.located', {
      at: inHours(hours),
      vehicles: [{ vehicleId, driverId: null, ...vancouver, ...place, at: inHours(hours) }],
    });

  test('start from the home base of driver and vehicle while nothing else is known', async () => {
    const { shipmentId } = await tanker();
    expect(await advise(shipmentId)).toMatchObject({
      recommendations: [
        {
          driver: { id: driverId },
          vehicle: { id: vehicleId },
          isOnDuty: false,
          reasons: [{ figure: 0 }, {}, {}, {}, {}, {}],
        },
      ],
      refusals: [],
    });
  });

  test('leave out a driver whose vehicle is 2,900 km away, and say so', async () => {
    const { shipmentId } = await tanker();
    await see({});
    const { recommendations, excluded, refusals } = await advise(shipmentId);
    expect(recommendations).toEqual([]);
    expect(excluded.find(({ reason }) => reason === 'TOO_FAR')).toMatchObject({
      count: 1,
      examples: [expect.stringMatching(/49.28, -123.12, the position 0 min ago/)],
    });
    expect(refusals).toMatchObject([{ code: 'NOBODY_FREE' }]);
    // With days to go there, the vehicle is recommended, weighed by the way.
    const later = await tanker({ pickupFrom: inHours(200), pickupUntil: inHours(204), deliverBy: inHours(260) });
    const [far] = (await advise(later.shipmentId)).recommendations;
    expect(far?.reasons[0]?.figure).toBeGreaterThan(2_900_000);
  });

  test('keep the newest place, in whatever order the events arrive', async () => {
    const { shipmentId } = await tanker();
    await see({ latitude: 41.9, longitude: -87.6 }, 0.5);
    await see({}, 0.25);
    expect((await advise(shipmentId)).recommendations).toHaveLength(1);
  });

  test('start from where the last load was delivered, once that is newer', async () => {
    const done = await tanker({ pickupFrom: inHours(-30), pickupUntil: inHours(-28), deliverBy: inHours(1) });
    await fleet.assign(done.shipmentId, driverId, vehicleId);
    await fleet.deliver(done, { at: inHours(0.9), pickedUpAt: inHours(-29) });
    const { shipmentId } = await tanker();
    const { excluded } = await advise(shipmentId);
    expect(excluded.find(({ reason }) => reason === 'TOO_FAR')?.examples[0]).toContain('Dallas, TX, the last stop');
  });

  test('say why there are none: the shipment is unknown, not booked, assigned, too heavy, or nobody is free', async () => {
    const codes = async (shipmentId: string) => (await advise(shipmentId)).refusals.map(({ code }) => code);
    expect(await codes(newId())).toEqual(['NOT_FOUND']);
    expect(await codes('x')).toEqual(['NOT_FOUND']);
    const { bookedAt: _later, ...draft } = bookedShipment();
    await fleet.receive('shipment.created', draft);
    expect(await codes(draft.shipmentId)).toEqual(['NOT_BOOKED']);
    await fleet.receive('shipment.cancelled', { ...stepOf(draft), reason: 'given up', at: inHours(0) });
    expect((await advise(draft.shipmentId)).refusals).toMatchObject([
      { code: 'NOT_BOOKED', message: 'This shipment is cancelled.' },
    ]);
    const cancelled = await tanker();
    await fleet.receive('shipment.cancelled', { ...stepOf(cancelled), reason: 'given up', at: inHours(0) });
    expect(await codes(cancelled.shipmentId)).toEqual(['NOT_BOOKED']);
    expect(await codes((await tanker({ weightKg: 25_000 })).shipmentId)).toEqual(['OVER_CAPACITY']);
    const reefer = bookedShipment({ equipment: 'REEFER' });
    await fleet.receive('shipment.booked', reefer);
    expect(await codes(reefer.shipmentId)).toEqual(['DRIVER_NOT_QUALIFIED']);

    const window = { pickupFrom: inHours(300), pickupUntil: inHours(304), deliverBy: inHours(340) };
    const [taken, waiting] = [await tanker(window), await tanker(window)];
    await fleet.assign(taken.shipmentId, driverId, vehicleId);
    expect(await codes(taken.shipmentId)).toEqual(['ALREADY_ASSIGNED']);
    const { excluded, refusals } = await advise(waiting.shipmentId);
    expect(refusals).toMatchObject([
      { code: 'NOBODY_FREE', message: expect.stringContaining('other loads at that time') },
    ]);
    expect(excluded).toMatchObject([
      { reason: 'DRIVER_BUSY', count: 1 },
      { reason: 'VEHICLE_BUSY', count: 1 },
    ]);
  });

  test('are counted by confidence, and so are the assignments that follow them', async () => {
    const { shipmentId } = await tanker({
      pickupFrom: inHours(400),
      pickupUntil: inHours(404),
      deliverBy: inHours(460),
    });
    await advise(shipmentId);
    const counts = async () => {
      const text = await scrape();
      const sum = (metric: RegExp) => [...text.matchAll(metric)].reduce((total, [, count]) => total + Number(count), 0);
      return {
        recommended: sum(/^fleet_recommendations_total\{confidence="medium",subgraph="fleet"\} (\d+)$/gm),
        assigned: sum(/^fleet_assignments_total\{origin="accepted",subgraph="fleet"\} (\d+)$/gm),
        accepted: sum(/^fleet_recommendations_accepted_total\{confidence="\w+",subgraph="fleet"\} (\d+)$/gm),
      };
    };
    const before = await counts();
    expect(before.recommended).toBeGreaterThan(0);
    await fleet.assign(shipmentId, driverId, vehicleId);
    expect(await counts()).toEqual({ ...before, assigned: before.assigned + 1, accepted: before.accepted + 1 });
  });

  test('a second fleet in the process counts for itself', async () => {
    expect(await scrape()).toMatch(/^fleet_recommendations_total\{.*\} [1-9]/m);
    const metrics = await Promise.all((createFleet().metrics ?? []).map((metric) => metric.get()));
    const counts = metrics.flatMap(({ values }) => values.map(({ value }) => value));
    expect(new Set(counts)).toEqual(new Set([0]));
  });

  test('the share of drivers who take part is measured', async () => {
    await fleet.measure();
    const text = await scrape();
    expect(text).toContain('freight_active_drivers{subgraph="fleet"} 1');
    expect(text).toContain('freight_driver_participation_ratio{activity="shift",subgraph="fleet"} 0');
  });
});
