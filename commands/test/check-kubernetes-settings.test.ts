import { expect, test } from '@jest/globals';
import { findingsWith } from './kubernetes-base.ts';

/** Faults of the settings of a process, which are found by reading all of them together, as at its start. */
test.each([
  [
    'development',
    ['ConfigMap', 'settings', '"NODE_ENV":"production"', '"NODE_ENV":"development"'],
    'Deployment gateway: NODE_ENV is development: set it to production.',
  ],
  [
    'no environment',
    ['ConfigMap', 'settings', '"NODE_ENV":"production",', ''],
    'Deployment fleet: NODE_ENV is missing: set it to production.',
  ],
  [
    'a key that its ConfigMap lacks',
    ['ConfigMap', 'redis', '"REDIS_URL"', '"REDIS_URI"'],
    'Deployment gateway: REDIS_URL: its ConfigMap has no such key',
  ],
  [
    'several gateways without Redis',
    ['ConfigMap', 'redis', '"REDIS_URL"', '"REDIS_URI"'],
    'Deployment gateway: REDIS_URL is missing: REPLICAS is 3, and these processes share their state in Redis. Set REDIS_URL, or run one process.',
  ],
  [
    'several pods that do not know of each other',
    ['Deployment', 'gateway', '{"name":"REPLICAS","value":"3"},', ''],
    'Deployment gateway: REPLICAS: use 3, the number of pods, instead of 1',
  ],
  [
    'a subgraph that gateways do not find',
    ['Deployment', 'gateway', '"SUBGRAPH_URL_ACCESS"', '"SUBGRAPH_URL_ACCES"'],
    'Deployment gateway: SUBGRAPH_URL_ACCESS is missing: set it to http://access:4001/graphql.',
  ],
  [
    'another subgraph than its name says',
    ['Deployment', 'gateway', 'http://access:4001/graphql', 'http://fleet:4003/graphql'],
    'Deployment gateway: SUBGRAPH_URL_ACCESS is http://fleet:4003/graphql: set it to http://access:4001/graphql.',
  ],
  [
    'metrics at another port than the container says',
    ['Deployment', 'gateway', '"value":"4100"', '"value":"4109"'],
    'Deployment gateway: ADMIN_PORT: use that of the port admin, 4100, instead of 4109',
  ],
  [
    'a secret in the file',
    [
      'ConfigMap',
      'gateway-settings',
      '"DRAIN_DELAY_MS"',
      '"API_KEY_SECRET":"0123456789abcdef0123456789abcdef","DRAIN_DELAY_MS"',
    ],
    'Deployment gateway: API_KEY_SECRET: a secret must come from a Secret',
  ],
  [
    'staff from everywhere',
    ['ConfigMap', 'gateway-settings', '"STAFF_NETWORKS":"203.0.113.0/24",', ''],
    'Deployment gateway: STAFF_NETWORKS is missing: staff could administer from everywhere. Set the networks of staff.',
  ],
  [
    'staff from where nobody comes',
    ['ConfigMap', 'gateway-settings', '203.0.113.0/24', '10.0.0.0/8'],
    'Deployment gateway: STAFF_NETWORKS: a public network is required, because nobody comes from 10.0.0.0/8',
  ],
] as const)('%s', (_title, [kind, name, before, after], expected) => {
  expect(findingsWith(kind, name, before, after)).toContain(expected);
});
