import { describe, expect, test } from '@jest/globals';
import { toZone } from '../domain/area.ts';
import { detectCrossings, type Fence } from '../domain/crossings.ts';

const yard = (hysteresisMeters: number): Fence => ({
  id: 'yard',
  zone: toZone({ kind: 'CIRCLE', center: { latitude: 40, longitude: -90 }, radiusMeters: 1_000 }),
  hysteresisMeters,
});
/** A place this many metres north of the yard's centre. */
const north = (meters: number) => ({ latitude: 40 + meters / 111_195, longitude: -90 });
const kinds = (fence: Fence, inside: ReadonlySet<string> | null, ...meters: number[]) =>
  detectCrossings([fence], inside, meters.map(north)).crossings.map(({ kind }) => kind);

describe('ENTER and EXIT', () => {
  test('happen at the first position on the other side', () => {
    expect(kinds(yard(0), new Set(), 2_000, 900, 500, 1_100, 3_000)).toEqual(['ENTER', 'EXIT']);
  });

  test('do not happen at the first position of a vehicle', () => {
    expect(kinds(yard(0), null, 500, 1_500)).toEqual(['EXIT']);
    expect(kinds(yard(0), null, 1_500, 500)).toEqual(['ENTER']);
  });

  test('start from the state before the batch', () => {
    expect(kinds(yard(0), new Set(['yard']), 500, 1_500)).toEqual(['EXIT']);
    expect(detectCrossings([yard(0)], new Set(['elsewhere']), [north(0)]).inside).toEqual(
      new Set(['elsewhere', 'yard']),
    );
  });

  test('do not repeat at the border with a hysteresis', () => {
    const jitter = [900, 1_010, 990, 1_020, 980, 1_200];
    expect(kinds(yard(0), new Set(), ...jitter)).toEqual(['ENTER', 'EXIT', 'ENTER', 'EXIT', 'ENTER', 'EXIT']);
    expect(kinds(yard(50), new Set(), ...jitter)).toEqual(['ENTER', 'EXIT']);
  });
});
