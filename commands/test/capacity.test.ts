import { expect, test } from '@jest/globals';
import {
  computeCapacity,
  deviationOf,
  emptyMegabytes,
  type Site,
  socketKilobytes,
  type Unit,
} from '../capacity/model.ts';

const unit: Unit = { productMs: 8, postgresMs: 2, socketKilobytes: 64, messageMicroseconds: 30, gatewayMegabytes: 500 };
const site: Site = {
  processes: [
    { name: 'gateway', cpu: 0.5, podsMin: 3, podsMost: 20 },
    { name: 'shipments', cpu: 0.25, podsMin: 3, podsMost: 20 },
  ],
  utilization: 0.5,
  socketsPerGateway: 2_000,
  gatewayMegabytesMost: 1_500,
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

test('requests need cores of every process, and messages need cores of gateways only', () => {
  const busy = { users: 3_000, secondsBetweenRequests: 10, sockets: 10_000, messagesPerMinute: 60 };
  expect(figure(busy, 'product, requests')).toMatchObject({ figure: 2.4, arithmetic: '300/s × 8 ms ÷ 1,000' });
  expect(figure(busy, 'gateways, messages')).toMatchObject({ figure: 0.3 });
  expect(figure(busy, 'gateway, for its work')).toMatchObject({
    figure: 7.6,
    arithmetic: '(2.4 × 0.67 + 0.3) cores ÷ (0.5 cores × 0.5)',
  });
  expect(figure(busy, 'shipments, for its work')).toMatchObject({ figure: 6.4 });
  expect(figure(busy, 'database')).toMatchObject({ figure: 0.6 });
  expect(computeCapacity(unit, busy, site).pods).toMatchObject([{ pods: 8 }, { pods: 7 }]);
});

test('many messages need more gateways than there may be, although the other processes have cores to spare', () => {
  const live = { users: 10, secondsBetweenRequests: 10, sockets: 20_000, messagesPerMinute: 600 };
  expect(figure(live, 'gateways, messages')).toMatchObject({ figure: 6 });
  expect(computeCapacity(unit, live, site)).toMatchObject({
    pods: [
      { name: 'gateway', pods: 25, podsMost: 20, perSecondMost: 0 },
      { name: 'shipments', pods: 3 },
    ],
    bottleneck: 'gateway',
    fits: false,
  });
});

test('the number of sockets alone can ask for more gateways', () => {
  const live = { ...quiet, sockets: 18_001 };
  expect(computeCapacity(unit, live, site).pods).toMatchObject([
    { name: 'gateway', pods: 10 },
    { name: 'shipments', pods: 3 },
  ]);
});

test('the memory of sockets must fit below the limit of a gateway, beside what it holds without sockets', () => {
  const live = { ...quiet, sockets: 20_000 };
  const large = { ...unit, socketKilobytes: 1_024 };
  expect(computeCapacity(large, live, site).lines).toContainEqual({
    what: 'gateway, for the memory of sockets',
    arithmetic: '20,000 MB ÷ (limit of 1,500 MB − 500 MB without sockets)',
    figure: 20,
    unit: 'pods',
  });
  expect(computeCapacity(large, live, site)).toMatchObject({ pods: [{ pods: 20 }, { pods: 3 }], fits: true });
  expect(computeCapacity(large, { ...live, sockets: 20_001 }, site).fits).toBe(false);
  expect(computeCapacity({ ...unit, gatewayMegabytes: 1_500 }, live, site).fits).toBe(false);
});

test('names what ends first, and says when a demand does not fit', () => {
  // 20 shipments pods of 0.25 cores at half of their use: 2,500 ms of CPU in a second, and a third of 8 ms each.
  expect(figure(quiet, 'most that shipments serves')).toMatchObject({ figure: 937.5 });
  expect(figure(quiet, 'most that the database serves')).toMatchObject({ figure: 1_000 });
  expect(computeCapacity(unit, quiet, site).bottleneck).toBe('gateway');
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
  expect(emptyMegabytes({ subscribers: 1_024, residentMegabytes: 300 }, 100)).toBe(200);
});
