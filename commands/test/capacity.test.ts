import { expect, test } from '@jest/globals';
import { computeCapacity, deviationOf, type Site, socketKilobytes, type Unit } from '../capacity/model.ts';

const unit: Unit = { productMs: 8, postgresMs: 2, socketKilobytes: 70, messageMicroseconds: 30 };
const site: Site = {
  processes: [
    { name: 'gateway', cpu: 0.5, podsMin: 3, podsMost: 20 },
    { name: 'shipments', cpu: 0.25, podsMin: 3, podsMost: 20 },
  ],
  utilization: 0.5,
  socketsPerGateway: 2_000,
  databaseCores: 4,
};
const quiet = { users: 100, secondsBetweenRequests: 10, sockets: 0, messagesPerMinute: 0 };

const figure = (demand: Parameters<typeof computeCapacity>[1], what: string) =>
  computeCapacity(unit, demand, site).lines.find((line) => line.what === what);

test('few users are served by the smallest number of pods', () => {
  expect(computeCapacity(unit, quiet, site)).toMatchObject({
    pods: [{ pods: 3 }, { pods: 3 }],
    fits: true,
  });
  expect(figure(quiet, 'requests')).toEqual({
    what: 'requests',
    arithmetic: '100 users ÷ 10 s',
    figure: 10,
    unit: 'per second',
  });
});

test('many users need cores for their requests and for the messages of their sockets', () => {
  const busy = { users: 3_000, secondsBetweenRequests: 10, sockets: 10_000, messagesPerMinute: 60 };
  expect(figure(busy, 'product, requests')).toMatchObject({ figure: 2.4, arithmetic: '300/s × 8 ms ÷ 1,000' });
  expect(figure(busy, 'product, messages')).toMatchObject({ figure: 0.3 });
  expect(figure(busy, 'product, to request')).toMatchObject({ figure: 5.4, arithmetic: '(2.4 + 0.3) ÷ 0.5' });
  expect(figure(busy, 'database')).toMatchObject({ figure: 0.6 });
  // 5.4 of 2.25 cores: 2.4 times the smallest number.
  expect(computeCapacity(unit, busy, site).pods).toMatchObject([{ pods: 8 }, { pods: 8 }]);
});

test('sockets alone can ask for more gateways', () => {
  const live = { ...quiet, sockets: 18_001 };
  expect(computeCapacity(unit, live, site).pods).toMatchObject([
    { name: 'gateway', pods: 10 },
    { name: 'shipments', pods: 3 },
  ]);
});

test('names what ends first, and says when a demand does not fit', () => {
  // 15 cores at half of their use: 7,500 ms of CPU in a second, 8 ms each. The database has 2,000 ms for 2 ms each.
  expect(figure(quiet, 'most that the pods serve')).toMatchObject({ figure: 937.5 });
  expect(figure(quiet, 'most that the database serves')).toMatchObject({ figure: 1_000 });
  expect(computeCapacity(unit, quiet, site).bottleneck).toBe('pods');
  expect(computeCapacity({ ...unit, postgresMs: 4 }, quiet, site).bottleneck).toBe('database');
  expect(computeCapacity(unit, { ...quiet, users: 9_400 }, site).fits).toBe(false);
  expect(computeCapacity(unit, { ...quiet, sockets: 40_001 }, site).fits).toBe(false);
});

test('compares the model with a measured load', () => {
  const point = { name: 'soak', perSecond: 125, cores: 1 };
  expect(deviationOf(unit, point)).toEqual({ ...point, predictedCores: 1.25, percent: 25 });
});

test('two measurements tell what one socket takes', () => {
  const few = { subscribers: 500, residentMegabytes: 200 };
  expect(socketKilobytes(few, { subscribers: 1_524, residentMegabytes: 300 })).toBe(100);
});
