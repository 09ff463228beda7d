import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { namesOf } from '../new/names.ts';
import { planSubgraph } from '../new/plan.ts';

/** The names that `npm run new -- subgraph NAME` derives and refuses; new.ops.test.ts runs the command. */
const root = resolve(import.meta.dirname, '../..');

test('A new subgraph composes with the graph, also with the directives of the types that it shares', () => {
  const { files } = planSubgraph(root, namesOf('loading-docks'));
  expect(files.get('subgraphs/loading-docks/schema.graphql')).toMatch(/import: \[.*"@tag".*\]/);
  expect(files.get('schema/supergraph.graphql')).toContain('createLoadingDock(');
});

describe('names', () => {
  test.each([
    ['loading-docks', undefined, 'LoadingDock', 'loadingDocks'],
    ['facilities', undefined, 'Facility', 'facilities'],
    ['taxes', undefined, 'Tax', 'taxes'],
    ['passes', undefined, 'Pass', 'passes'],
    ['weather', undefined, 'Weather', 'weathers'],
    ['customs', 'Declaration', 'Declaration', 'declarations'],
    ['status', undefined, 'Status', 'statuses'],
  ])('%s with --type %s has the type %s, listed by %s', (name, type, expected, list) => {
    const names = namesOf(name, type);
    expect([names.type.pascal, names.types.camel]).toEqual([expected, list]);
  });

  test.each([
    ['Depots', undefined, 'lower-case letters'],
    ['depots2', undefined, 'lower-case letters'],
    ['loading--docks', undefined, 'lower-case letters'],
    ['../depots', undefined, 'lower-case letters'],
    ['d'.repeat(31), undefined, 'at most 30'],
    ['shared', undefined, 'not reserved'],
    ['jobs', undefined, 'not reserved'],
    ['await', undefined, 'not reserved'],
    ['class', undefined, 'not reserved'],
    ['fleet', undefined, 'no subgraph has'],
    ['rules', undefined, '"rules" means something else'],
    ['depots', 'depot', 'as in LoadingDock'],
    ['depots', 'Connection', '"Connection" means something else'],
    ['drivers', undefined, 'access has Driver already'],
  ])('%s with --type %s is refused in one line: %s', (name, type, message) => {
    const planned = () => planSubgraph(root, namesOf(name, type));
    expect(planned).toThrow(message);
    expect(planned).toThrow(/^[^\n]+$/);
  });
});
