import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addToTally, emptyTally } from '../../../subgraphs/fleet/domain/score.ts';
import { type PastEvent, replay } from '../fleet/replay.ts';

describe('a replayed past', () => {
  const event = fc.record({
    at: fc.date({ min: new Date('2025-01-01'), max: new Date('2026-01-01'), noInvalidDate: true }),
    driverId: fc.constantFrom('anna', 'ben'),
    kind: fc.constantFrom('delivery', 'rating', 'incident'),
    stars: fc.integer({ min: 1, max: 5 }),
    onTime: fc.boolean(),
  });

  test('adds up in every period, and its ledger never falls below zero', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (drawn) => {
        const events = drawn.map(({ at, driverId, kind, stars, onTime }, index): PastEvent => {
          if (kind === 'incident')
            return { at, driverId, change: { incidents: 1 }, earned: 0, incidentId: String(index) };
          if (kind === 'rating')
            return { at, driverId, change: { ratings: 1, stars }, earned: 5 * stars, incidentId: null };
          return { at, driverId, change: { deliveries: 1, onTime: onTime ? 1 : 0 }, earned: 10, incidentId: null };
        });
        for (const { driverId, tallies, movements } of replay(events)) {
          const own = events.filter((past) => past.driverId === driverId);
          const all = own.reduce((sum, { change }) => addToTally(sum, change), emptyTally);
          for (const period of ['WEEKLY', 'MONTHLY', 'ALL_TIME']) {
            const parts = tallies.filter((part) => part.period === period);
            expect(parts.reduce((sum, part) => addToTally(sum, part.tally), emptyTally)).toEqual(all);
          }
          expect(movements.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
