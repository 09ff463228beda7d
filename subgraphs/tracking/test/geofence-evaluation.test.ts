import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Area, zoneOf } from '../domain/area.ts';
import { detectCrossings, type Fence } from '../domain/crossings.ts';

/** Ten San Francisco taxis (Cabspotting, May 2008) against the ENTER and EXIT list that comes with them. */
const folder = join(process.cwd(), '../shared/data/drivers-cabspotting');
const here = existsSync(join(folder, 'geofence_events.csv'));

const fenceFile = z.array(
  z.union([
    z.object({ id: z.string(), type: z.literal('circle'), lat: z.number(), lon: z.number(), radius_m: z.number() }),
    z.object({ id: z.string(), type: z.literal('polygon'), points: z.array(z.tuple([z.number(), z.number()])) }),
  ]),
);

describe('geofences on real tracks', () => {
  (here ? test : test.skip)('find every ENTER and EXIT of the file and invent none', () => {
    const expected = new Set(
      read('geofence_events.csv')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').slice(0, 4).join(',')),
    );
    const fences = fenceFile.parse(JSON.parse(read('geofences.json'))).map(fenceOf);
    const found = new Set(cabs().flatMap((cab) => eventsOf(cab, fences)));
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

function fenceOf(fence: z.infer<typeof fenceFile>[number]): Fence {
  const area: Area =
    fence.type === 'circle'
      ? { kind: 'CIRCLE', center: { latitude: fence.lat, longitude: fence.lon }, radiusMeters: fence.radius_m }
      : { kind: 'POLYGON', vertices: fence.points.map(([latitude, longitude]) => ({ latitude, longitude })) };
  return { id: fence.id, zone: zoneOf(area), hysteresisMeters: 0 };
}

function cabs(): string[] {
  return readdirSync(join(folder, 'raw_tracks')).map((file) => file.slice('new_'.length, -'.txt.gz'.length));
}

function eventsOf(cab: string, fences: readonly Fence[]): string[] {
  const text = gunzipSync(readFileSync(join(folder, 'raw_tracks', `new_${cab}.txt.gz`))).toString();
  const positions = text
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([latitude = 0, longitude = 0, , time = 0]) => ({ latitude, longitude, time }))
    .sort((left, right) => left.time - right.time);
  return detectCrossings(fences, null, positions).crossings.map(
    ({ fenceId, kind, position }) => `${cab},${fenceId},${kind},${position.time}`,
  );
}
