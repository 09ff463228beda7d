import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Deployment, readDeployment } from '../costs/deployment.ts';
import { type Inputs, readInputs } from '../costs/inputs.ts';
import { computeCosts, sumOf } from '../costs/model.ts';
import { renderCosts } from '../costs/render.ts';

const project = join(import.meta.dirname, '../..');

test('docs/costs.md is current, and a request costs less than the goal', async () => {
  const inputs = readInputs(join(project, 'infra/costs/inputs.yaml'));
  const deployment = await readDeployment(project);
  const costs = computeCosts(inputs, deployment);
  expect(renderCosts(inputs, deployment, costs)).toBe(readFileSync(join(project, 'docs/costs.md'), 'utf8'));
  expect(costs.usdPerRequest).toBeLessThan(inputs.goalUsdPerRequest);
  expect(deployment.regions.toSorted()).toEqual(Object.keys(inputs.assumed.requestsPerSecond).toSorted());
});

test('the bill of two regions, computed by hand', () => {
  const known = readInputs(join(project, 'infra/costs/inputs.yaml'));
  const prices = structuredClone(known.prices);
  for (const price of Object.values(prices)) price.usd = 1;
  const inputs: Inputs = {
    prices,
    measured: { ...known.measured, operations: [{ name: 'board', node: 10, postgres: 5, bytes: 1000 }] },
    assumed: {
      requestsPerSecond: { east: 1000, west: 0 },
      utilization: 0.5,
      internalBytes: 0,
      backupGib: 1,
      walGbPerDay: 0,
    },
    goalUsdPerRequest: 0.000004,
  };
  const deployment: Deployment = {
    regions: ['east', 'west'],
    primary: 'east',
    node: { type: 'small', cpu: 4, memory: 16, system_cpu: 1, system_memory: 4 },
    zones: 1,
    processes: [{ name: 'gateway', cpu: 1, memory: 0.1, podsMin: 2, podsMost: 4 }],
    others: [],
    databaseCores: 2,
    volumesGib: 10,
  };
  const costs = computeCosts(inputs, deployment);
  const [east, west] = costs.regions;
  // 1,000/s × 10 ms = 10 cores; at half their use 20; a node has 3 for pods. The pods of west request 2.
  expect([east?.nodes, west?.nodes]).toEqual([7, 1]);
  // 1,000/s × 5 ms of 2 cores: more than one instance has.
  expect(east?.databaseUse).toBe(2.5);
  // 730 h × (nodes + cluster + NAT + balancer + 2 addresses), 10 GiB of volumes, 1 GiB of backups.
  expect(sumOf(east?.fixed ?? [])).toBe(730 * (7 + 1 + 1 + 1 + 2) + 10 + 1);
  expect(sumOf(west?.fixed ?? [])).toBe(730 * (1 + 1 + 1 + 1 + 2) + 10 + 1);
  // 2,628 million requests at the CDN and at the firewall, 2,628 GB of responses.
  expect(sumOf(east?.variable ?? [])).toBeCloseTo(3 * 2628);
  // One list, 2 × (1 zone + 1 region) checks, two zones of names.
  expect(sumOf(costs.shared)).toBe(1 + 4 + 2);
  expect(costs.usdPerMonth).toBeCloseTo(8771 + 4391 + 7 + 7884);
  expect(costs.usdPerRequest).toBeCloseTo(21_053 / 2_628_000_000, 12);
  expect(costs.usdPerFurtherRequest).toBeCloseTo(0.000003, 12);
  expect(costs.breakEvenPerSecond).toBeCloseTo(13_169 / 0.000001 / 2_628_000, 3);
});
