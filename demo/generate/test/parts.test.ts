import { describe, expect, test } from '@jest/globals';
import { createLocalClock, DAY_MS } from '../calendar.ts';
import { createMint } from '../identifiers.ts';
import { localPart } from '../names.ts';
import { cumulate, Random } from '../random.ts';

describe('Random', () => {
  test('a stream depends on seed and label only', () => {
    const draws = (seed: number, label: string): number[] => {
      const random = new Random(seed, label);
      return [random.uint32(), random.uint32(), random.uint32()];
    };
    expect(draws(1, 'fleet')).toEqual(draws(1, 'fleet'));
    expect(draws(1, 'fleet')).not.toEqual(draws(1, 'lanes'));
    expect(draws(1, 'fleet')).not.toEqual(draws(2, 'fleet'));
  });

  test('draws in proportion to weights, and never an entry of weight 0', () => {
    const random = new Random(3, 'weights');
    const weights = cumulate([0, 1, 0, 3, 0]);
    const counts = [0, 0, 0, 0, 0];
    for (let draw = 0; draw < 4_000; draw++) {
      const index = random.weightedIndex(weights);
      counts[index] = counts[index]! + 1;
    }
    expect([counts[0], counts[2], counts[4]]).toEqual([0, 0, 0]);
    expect(counts[3]).toBeGreaterThan(2_800);
    expect(counts[3]).toBeLessThan(3_200);
  });

  test('refuses to pick from an empty list', () => {
    expect(() => new Random(1, 'a').pick([])).toThrow('cannot pick from an empty list');
  });
});

describe('ids', () => {
  test('begin with the time of creation and sort by it', () => {
    const mint = createMint(new Random(1, 'ids'));
    const at = Date.UTC(2026, 10, 20, 11, 0, 0, 123);
    const id = mint<'Hub'>(at);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
    expect(mint<'Hub'>(at + 1) > id).toBe(true);
  });
});

describe('local time', () => {
  const clock = createLocalClock();

  test('follows daylight saving', () => {
    expect(clock.hourAt(Date.UTC(2026, 6, 1, 12), 'America/Chicago')).toBe(7);
    expect(clock.hourAt(Date.UTC(2026, 0, 5, 12), 'America/Chicago')).toBe(6);
  });

  test('the next working hour is the same moment, later that day, or the next morning', () => {
    const zone = 'America/Phoenix'; // seven hours behind UTC all year
    const nine = Date.UTC(2026, 3, 1, 16);
    expect(clock.nextWithin(nine, zone, 6, 17)).toBe(nine);
    expect(clock.nextWithin(Date.UTC(2026, 3, 1, 10), zone, 6, 17)).toBe(Date.UTC(2026, 3, 1, 13));
    expect(clock.nextWithin(Date.UTC(2026, 3, 2, 1), zone, 6, 17)).toBe(Date.UTC(2026, 3, 2, 13));
  });

  test('a local hour of a day is converted to its moment', () => {
    const day = Math.floor(Date.UTC(2026, 6, 1) / DAY_MS) * DAY_MS;
    expect(clock.utcOf(day, 'America/New_York', 8)).toBe(Date.UTC(2026, 6, 1, 12));
  });
});

test('a name becomes the local part of an address', () => {
  expect(localPart('Geneviève Côté')).toBe('genevieve.cote');
});
