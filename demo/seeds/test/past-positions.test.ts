import { expect, test } from '@jest/globals';
import { generateWorld } from '../../generate/generate.ts';
import type { World } from '../../world.ts';
import { positionsOf } from '../tracking/past-positions.ts';

/** Moments at which a vehicle once had the journeys of two loads. */
const moments = ['2026-11-28T11:00:00Z', '2026-11-29T04:05:00Z', '2026-12-06T02:53:00Z', '2026-12-11T07:59:00Z'];

const onTheRoad = ({ shipments }: World) =>
  shipments.filter(({ pickedUpAt, status }) => pickedUpAt && status !== 'DELIVERED' && status !== 'CANCELLED');

test.each(moments)(
  'the demo company at %s has one journey for each loaded vehicle and a place for each other',
  (moment) => {
    const world = generateWorld({ seed: 2025, now: new Date(moment) });
    const positions = positionsOf(world);
    const keys = positions.map(({ vehicleId, recordedAt }) => `${vehicleId} ${recordedAt.toISOString()}`);
    expect(new Set(keys).size).toBe(keys.length);

    const loads = Map.groupBy(onTheRoad(world), ({ assignment }) => assignment?.vehicleId);
    const reports = Map.groupBy(positions, ({ vehicleId }) => vehicleId);
    for (const { id } of world.vehicles) {
      const [load, ...others] = loads.get(id) ?? [];
      expect(others).toEqual([]);
      expect(new Set(reports.get(id)?.map(({ driverId }) => driverId))).toEqual(
        new Set([load?.assignment?.driverId ?? null]),
      );
    }
  },
);
