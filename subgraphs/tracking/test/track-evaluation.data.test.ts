import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { distanceToSegment, greatCircleMeters, type Point, vectorOf } from '#shared/geo/sphere.ts';
import { type Fix, toTrack } from '../domain/track.ts';

/** The buses of one line in Liverpool on one afternoon (UK Bus Open Data Service): a position about every 20 s. */
const file = join(process.cwd(), '../shared/data/gps-bus-liverpool/route14_outbound.csv');
const toleranceMeters = 25;

const row = z.object({
  vehicle_id: z.string(),
  trip_id: z.string(),
  timestamp: z.string(),
  latitude: z.coerce.number(),
  longitude: z.coerce.number(),
});

describe('tracks of real buses', () => {
  test('keep within the tolerance with a fraction of the positions', () => {
    const journeys = [...Map.groupBy(fixes(), ({ journey }) => journey).values()].filter((own) => own.length >= 10);
    let recorded = 0;
    let shown = 0;
    let worst = 0;
    for (const journey of journeys) {
      const track = toTrack(journey, journey.length, toleranceMeters);
      if (!track) throw new Error('no track');
      recorded += journey.length;
      shown += track.points.length;
      worst = Math.max(worst, farthestFrom(track.points, journey));
      const [first, last] = [journey[0], journey.at(-1)];
      if (first && last) expect(track.distanceMeters).toBeGreaterThanOrEqual(greatCircleMeters(first, last) - 0.001);
    }
    process.stdout.write(
      `track evaluation: ${journeys.length} journeys, ${recorded} positions shown by ${shown} points, ` +
        `farthest position ${worst.toFixed(2)} m off at a tolerance of ${toleranceMeters} m\n`,
    );
    expect(worst).toBeLessThanOrEqual(toleranceMeters + 0.001);
    expect(shown / recorded).toBeLessThan(0.6);
  });
});

function fixes(): (Fix & { readonly journey: string })[] {
  return z
    .array(row)
    .parse(parse(readFileSync(file), { columns: true }))
    .map(({ vehicle_id, trip_id, timestamp, latitude, longitude }) => ({
      journey: `${vehicle_id}/${trip_id}`,
      recordedAt: new Date(`${timestamp.replace(' ', 'T')}Z`),
      latitude,
      longitude,
      speedMetersPerSecond: null,
    }))
    .sort((left, right) => left.recordedAt.getTime() - right.recordedAt.getTime());
}

function farthestFrom(points: readonly Point[], places: readonly Point[]): number {
  const vectors = points.map(vectorOf);
  const segments = vectors.slice(1).map((end, index) => distanceToSegment(vectors[index] ?? end, end));
  return Math.max(...places.map((place) => Math.min(...segments.map((distance) => distance(vectorOf(place))))));
}
