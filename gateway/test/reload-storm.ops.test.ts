import { expect, test } from '@jest/globals';
import { reloadStorm } from '../testing/reload-storm.ts';

/** A short run of `bench/reload`, which does this a thousand times. */
test('reloads under load fail no request, end no subscription and leave nothing behind', async () => {
  const reloads = 6;
  const { loaded, refused, requests, wrong, ended, events, before, after } = await reloadStorm({
    reloads,
    warmUp: 2,
    clients: 1,
    brokenEvery: 3,
  });
  expect([wrong, ended]).toEqual([[], []]);
  expect([loaded, refused]).toEqual([4, 2]);
  expect(requests).toBeGreaterThan(reloads);
  expect(events.lasting).toEqual([reloads, reloads, reloads]);
  expect(events.passing).toBeGreaterThan(0);
  // The current supergraph, and the first one, which running subscriptions still use. Its planner is gone.
  expect(after.alive.engines).toBe(2);
  // A class that extends another one counts as well, once.
  expect(after.alive.planners).toBeLessThanOrEqual(3);
  // One for each of the three subgraphs.
  expect(after.alive.pools).toBeLessThanOrEqual(3 + 1);
  expect(after.resources['MessagePort'] ?? 0).toBeLessThanOrEqual(2);
  expect(after.heapMB).toBeLessThan(before.heapMB + 8);
}, 180_000);
