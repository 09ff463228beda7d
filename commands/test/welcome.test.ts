import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { firstQueries, welcome } from '../welcome.ts';

const { apiSchema } = loadSupergraphModel(
  readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8'),
);

test.each(firstQueries)('a newcomer can paste %s', (query) => {
  expect(validate(apiSchema, parse(query))).toEqual([]);
});

test.each(firstQueries)('the README shows %s', (query) => {
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(query);
});

test('the README shows partners a document of their manifest by its id', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const [, id] = /"documentId": "(\w+)"/.exec(read('README.md')) ?? [];
  const { operations } = JSON.parse(read('schema/manifests/partner.json')) as { operations: { id: string }[] };
  expect(operations.map((operation) => operation.id)).toContain(id);
});

test('the welcome shows the addresses and, outside production, the accounts and the queries', () => {
  const where = {
    gatewayUrl: 'http://127.0.0.1:4000',
    adminUrl: 'http://127.0.0.1:4100',
    subgraphUrls: new Map([['fleet', 'http://127.0.0.1:4003/graphql']]),
    seeded: true,
    seconds: 4.21,
    secondFactor: false,
  };
  const text = welcome({ ...where, partnerKey: 'ifk_live_shown' });
  for (const part of [
    'http://127.0.0.1:4000/explorer',
    'http://127.0.0.1:4100/metrics',
    'http://127.0.0.1:4003/graphql',
    'driver@demo.test',
    'freight-demo',
    'ifk_live_shown',
    ...firstQueries,
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('demo -- code');
  expect(welcome({ ...where, partnerKey: 'ifk_live_shown', secondFactor: true })).toContain(
    'Code of admin@demo.test, dispatcher@demo.test, analyst@demo.test: npm run -s demo -- code EMAIL',
  );
  const inProduction = welcome({ ...where, partnerKey: null });
  expect(inProduction).not.toContain('freight-demo');
  expect(inProduction).not.toContain('ifk_');
});
