import { describe, expect, test } from '@jest/globals';
import { greatCircleMeters } from '#shared/geo/sphere.ts';
import { Convoy } from '../convoy.ts';
import type { OpenLoad } from '../open-loads.ts';
import type { Report } from '../truck.ts';

const noon = Date.parse('2026-03-02T12:00:00.000Z');
const chicago = { latitude: 41.8781, longitude: -87.6298 };
const denver = { latitude: 39.7392, longitude: -104.9903 };
const load = (given: Partial<OpenLoad> = {}): OpenLoad => ({
  shipmentId: 'load-1',
  vehicleId: 'truck-1',
  status: 'IN_TRANSIT',
  pickedUpAt: new Date(noon - 3 * 3_600_000),
  stops: [chicago, denver],
  roadMeters: 1_770_000,
  position: null,
  ...given,
});

/** Drives one truck for some seconds, two at a time, and collects what it reports. */
function drive(seconds: number, given: Partial<OpenLoad> = {}, speedup = 1): Report[] {
  const convoy = new Convoy();
  convoy.assign([load(given)], new Date(noon));
  const reports: Report[] = [];
  for (let second = 0; second <= seconds; second += 2)
    reports.push(...convoy.advance(new Date(noon + second * 1000), speedup).flat());
  return reports;
}

describe('a simulated truck', () => {
  test('drives along its lane at the pace of a truck and reports every four seconds', () => {
    const reports = drive(1_200);
    expect(reports.length).toBeGreaterThan(200);
    const [first, last] = [reports[0], reports.at(-1)];
    if (!first || !last) throw new Error('no reports');
    const meters = greatCircleMeters(first.location, last.location);
    // 20 minutes at 80 km/h by road, less a minute of standing at most: 20 to 23 km of great circle.
    expect(meters).toBeGreaterThan(18_000);
    expect(meters).toBeLessThan(24_500);
    expect(greatCircleMeters(last.location, denver)).toBeLessThan(greatCircleMeters(first.location, denver));
    for (const { speedMetersPerSecond, headingDegrees, accuracyMeters } of reports) {
      expect(speedMetersPerSecond).toBeLessThan(33);
      expect(accuracyMeters).toBeLessThanOrEqual(50);
      expect(headingDegrees).toBeGreaterThan(250);
      expect(headingDegrees).toBeLessThan(290);
    }
  });

  test('drives the same way for the same load and time', () => {
    expect(drive(300)).toEqual(drive(300));
    const other = drive(300, { vehicleId: 'truck-2' });
    expect(other.map(({ location }) => location)).not.toEqual(drive(300).map(({ location }) => location));
  });

  test('continues from its last reported position', () => {
    const position = { latitude: 41, longitude: -95 };
    const [first] = drive(0, { position });
    // The nearest point of the lane, found to a thousandth of its length.
    expect(greatCircleMeters(first?.location ?? chicago, position)).toBeLessThan(60_000);
    expect(first?.location.longitude).toBeCloseTo(-95, 0);
  });

  test('stays at the dock until it leaves, and reports once a minute', () => {
    const reports = drive(180, { status: 'PICKED_UP', position: chicago });
    expect(reports.length).toBe(4);
    expect(reports.every(({ speedMetersPerSecond }) => speedMetersPerSecond === 0)).toBe(true);
    expect(greatCircleMeters(reports[0]?.location ?? denver, chicago)).toBeLessThan(10);
  });

  test('rests after eleven hours at the wheel', () => {
    const reports = drive(120, { pickedUpAt: new Date(noon - 15 * 3_600_000) });
    expect(reports.every(({ speedMetersPerSecond }) => speedMetersPerSecond === 0)).toBe(true);
  });

  test('stops at its last stop and goes no farther', () => {
    const last = drive(3_600, { position: denver, status: 'OUT_FOR_DELIVERY' }, 100).at(-1);
    expect(greatCircleMeters(last?.location ?? chicago, denver)).toBeLessThan(10);
    expect(last?.speedMetersPerSecond).toBe(0);
  });

  test('needs no more than one stop', () => {
    expect(drive(4, { stops: [chicago], roadMeters: null })[0]?.location.latitude).toBeCloseTo(chicago.latitude, 3);
  });
});

describe('a convoy', () => {
  test('reports in batches of 500 at most', () => {
    const convoy = new Convoy();
    const loads = Array.from({ length: 1_100 }, (_, n) => load({ vehicleId: `truck-${n}`, shipmentId: `load-${n}` }));
    convoy.assign(loads, new Date(noon));
    expect(convoy.advance(new Date(noon), 1).map((batch) => batch.length)).toEqual([500, 500, 100]);
    expect(convoy.advance(new Date(noon + 1), 1)).toEqual([]);
  });

  test('keeps trucks with their loads, adds new ones and removes delivered ones', () => {
    const convoy = new Convoy();
    convoy.assign([load(), load({ vehicleId: 'truck-2', shipmentId: 'load-2' })], new Date(noon));
    convoy.advance(new Date(noon + 60_000), 1);
    convoy.assign([load({ position: denver }), load({ vehicleId: 'truck-3', shipmentId: 'load-3' })], new Date(noon));
    const batch = convoy.advance(new Date(noon + 120_000), 1).flat();
    expect(batch.map(({ vehicleId }) => vehicleId)).toEqual(['truck-1', 'truck-3']);
    // The truck continues from its simulated place, because the position in the graph is older.
    expect(greatCircleMeters(batch[0]?.location ?? denver, denver)).toBeGreaterThan(100_000);
  });

  test('reports positions again that were not delivered', () => {
    const convoy = new Convoy();
    convoy.assign([load()], new Date(noon));
    const [batch] = convoy.advance(new Date(noon), 1);
    expect(convoy.advance(new Date(noon + 1_000), 1)).toEqual([]);
    convoy.undelivered(batch ?? []);
    expect(convoy.advance(new Date(noon + 1_000), 1)).toHaveLength(1);
  });
});
