import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Area, toZone } from '../domain/area.ts';
import { detectCrossings, type Fence } from '../domain/crossings.ts';
import { maxBatchSize } from '../domain/report.ts';
import { dispatcher, openScene, type Scene } from './scene.ts';

/** Ten San Francisco taxis (Cabspotting, May 2008) against the ENTER and EXIT list that comes with them. */
const folder = join(process.cwd(), '../shared/data/drivers-cabspotting');

const fenceFile = z.array(
  z.union([
    z.object({ id: z.string(), type: z.literal('circle'), lat: z.number(), lon: z.number(), radius_m: z.number() }),
    z.object({ id: z.string(), type: z.literal('polygon'), points: z.array(z.tuple([z.number(), z.number()])) }),
  ]),
);

describe('geofences on real tracks', () => {
  const fences = () => fenceFile.parse(JSON.parse(read('geofences.json'))).map(fenceOf);

  test('find the same through the graph, reported in batches and partly twice', async () => {
    const cab = 'abcoij';
    const scene = await openScene();
    try {
      const vehicleId = await scene.vehicle();
      for (const fence of fences()) await draw(scene, fence);
      const fixes = positionsOf(cab);
      for (let first = 0; first < fixes.length; first += maxBatchSize - 20) {
        // Batches overlap, as from a device that got no response and sends its last positions again.
        const batch = fixes.slice(Math.max(0, first - 20), first + maxBatchSize - 20);
        scene.clock.now = new Date((batch.at(-1)?.time ?? 0) * 1000);
        const { refused } = await scene.report(dispatcher, batch.map(reportOf(vehicleId)));
        expect(refused).toEqual([]);
      }
      const found = await storedEvents(scene, cab, vehicleId);
      expect(new Set(found)).toEqual(new Set(expectedEvents().filter((event) => event.startsWith(`${cab},`))));
      expect(found.length).toBe(new Set(found).size);
    } finally {
      await scene.graph.close();
    }
  });

  test('find every ENTER and EXIT of the file and invent none', () => {
    const expected = new Set(expectedEvents());
    const watched = fences();
    const found = new Set(cabs().flatMap((cab) => eventsOf(cab, watched)));
    const hits = [...found].filter((event) => expected.has(event)).length;
    process.stdout.write(
      `geofence evaluation: ${expected.size} expected, ${found.size} found, ` +
        `precision ${(hits / found.size).toFixed(4)}, recall ${(hits / expected.size).toFixed(4)}\n`,
    );
    expect({ missed: expected.size - hits, invented: found.size - hits }).toEqual({ missed: 0, invented: 0 });
  });
});

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function expectedEvents(): string[] {
  const lines = read('geofence_events.csv').trim().split('\n').slice(1);
  return lines.map((line) => line.split(',').slice(0, 4).join(','));
}

function fenceOf(fence: z.infer<typeof fenceFile>[number]): Fence & { readonly area: Area } {
  const area: Area =
    fence.type === 'circle'
      ? { kind: 'CIRCLE', center: { latitude: fence.lat, longitude: fence.lon }, radiusMeters: fence.radius_m }
      : { kind: 'POLYGON', vertices: fence.points.map(([latitude, longitude]) => ({ latitude, longitude })) };
  return { id: fence.id, area, zone: toZone(area), hysteresisMeters: 0 };
}

function cabs(): string[] {
  return readdirSync(join(folder, 'raw_tracks')).map((file) => file.slice('new_'.length, -'.txt.gz'.length));
}

interface CabFix {
  readonly latitude: number;
  readonly longitude: number;
  /** Unix seconds. */
  readonly time: number;
}

function positionsOf(cab: string): CabFix[] {
  const text = gunzipSync(readFileSync(join(folder, 'raw_tracks', `new_${cab}.txt.gz`))).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([latitude = 0, longitude = 0, , time = 0]) => ({ latitude, longitude, time }))
    .sort((left, right) => left.time - right.time);
}

function eventsOf(cab: string, fences: readonly Fence[]): string[] {
  return detectCrossings(fences, null, positionsOf(cab)).crossings.map(
    ({ fenceId, kind, position }) => `${cab},${fenceId},${kind},${position.time}`,
  );
}

function reportOf(vehicleId: string) {
  return ({ latitude, longitude, time }: CabFix) => ({
    vehicleId,
    recordedAt: new Date(time * 1000),
    location: { latitude, longitude },
    accuracyMeters: 10,
  });
}

async function draw({ graph }: Scene, { id, area }: { id: string; area: Area }): Promise<void> {
  const shape =
    area.kind === 'CIRCLE'
      ? { circle: { center: area.center, radiusMeters: area.radiusMeters } }
      : { polygon: { vertices: area.vertices } };
  const { data } = await graph.ask<{ createGeofence: { userErrors: unknown[] } }>(
    dispatcher,
    'mutation($input: CreateGeofenceInput!) { createGeofence(input: $input) { userErrors { message } } }',
    { input: { idempotencyKey: `key-of-${id}`, name: id, area: shape } },
  );
  expect(data?.createGeofence.userErrors).toEqual([]);
}

async function storedEvents({ graph }: Scene, cab: string, vehicleId: string): Promise<string[]> {
  const rows = await graph.services.database
    .fork()
    .execute<{ geofence_name: string; kind: string; seconds: string }[]>(
      'select geofence_name, kind, extract(epoch from occurred_at)::bigint as seconds from geofence_event where vehicle_id = ?',
      [vehicleId],
    );
  return rows.map((row) => `${cab},${row.geofence_name},${row.kind},${row.seconds}`);
}
