import { expect, test } from '@jest/globals';
import { readSubgraphConfig } from '../settings/subgraph-config.ts';

const SUBGRAPH_DATABASE_URL = 'postgres://freight_fleet:secret@postgres:5432/freight?sslmode=require';
const SUBGRAPH_READ_SERVER = 'postgres-standby:5433';

test('a standby has the role, the password, the database and the options of the server that it follows', () => {
  const { standby } = readSubgraphConfig([], { SUBGRAPH_DATABASE_URL, SUBGRAPH_READ_SERVER });
  expect(standby).toEqual({
    url: 'postgres://freight_fleet:secret@postgres-standby:5433/freight?sslmode=require',
    maxLagMs: 5_000,
  });
});

test('without SUBGRAPH_READ_SERVER there is none', () => {
  expect(readSubgraphConfig([], { SUBGRAPH_DATABASE_URL }).standby).toBeUndefined();
});

test('a standby of no server, or without a port, is refused', () => {
  expect(() => readSubgraphConfig([], { SUBGRAPH_READ_SERVER })).toThrow(
    'SUBGRAPH_READ_SERVER: also set SUBGRAPH_DATABASE_URL, whose server it follows.',
  );
  expect(() => readSubgraphConfig([], { SUBGRAPH_DATABASE_URL, SUBGRAPH_READ_SERVER: 'postgres-standby' })).toThrow(
    /SUBGRAPH_READ_SERVER: use a host and a port/,
  );
});
