import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findEnvironmentReaders, findOffences, findUnknownPaths } from '../commands/check-imports/offences.ts';
import { importRules, testRules } from '../commands/check-imports/rules.ts';
import { parseSource, readSources, readTests } from '../commands/check-imports/source-file.ts';
import { findRoomFaults, readSubgraphFolders } from '../commands/check-imports/subgraph-rooms.ts';

/** `npm run check:imports` checks the whole project. These tests show what it finds. */
const offencesOf = (path: string, text: string, rules = importRules) => findOffences([parseSource(path, text)], rules);

describe('imports run one way', () => {
  test.each([
    [
      'shared',
      'subgraphs/shared/runtime/log.ts',
      "import { page } from '../../fleet/store/page.ts';",
      'shared imports no subgraph',
    ],
    [
      'a sibling',
      'subgraphs/fleet/store/lists.ts',
      "import { a } from '../../risk/domain/a.ts';",
      'a subgraph imports itself',
    ],
    ['a room above', 'subgraphs/fleet/store/lists.ts', "import { a } from '../resolvers/map.ts';", 'imports go down'],
    [
      'an import over several lines',
      'subgraphs/fleet/store/a.ts',
      "import {\n  a,\n} from '../rules.ts';",
      'imports go down',
    ],
    [
      'an import at run time',
      'subgraphs/fleet/store/a.ts',
      "const a = await import('../rules.ts');",
      'imports go down',
    ],
    [
      'GraphQL in domain',
      'subgraphs/risk/domain/lane.ts',
      "import { parse } from 'graphql';",
      'domain rules know no GraphQL',
    ],
    [
      'the engine',
      'gateway/engine/engine.ts',
      "import { log } from '#shared/runtime/log.ts';",
      'the engine imports nothing',
    ],
    [
      'a room of the engine',
      'gateway/engine/compile/merge.ts',
      "import type { MemberRequest } from '../execute/member-request.ts';",
      'inside the engine',
    ],
    [
      'a room of the gateway',
      'gateway/access/documents/documents.ts',
      "import { a } from '../../pipeline/a.ts';",
      'inside the gateway',
    ],
    [
      'the gateway',
      'gateway/access/a.ts',
      "import { a } from '#shared/database/database.ts';",
      'leaves of shared only',
    ],
    [
      'other rooms of shared in geo',
      'subgraphs/shared/geo/road.ts',
      "import { a } from '../database.ts';",
      'import nothing else of shared',
    ],
    [
      'the demo in shared',
      'subgraphs/shared/subgraph.ts',
      "import type { World } from '../../demo/world.ts';",
      'only commands, bench and test import',
    ],
    [
      'the demo in the gateway',
      'gateway/gateway.ts',
      "import { seeds } from '../demo/seeds/list.ts';",
      'only commands, bench and test import',
    ],
    [
      'a resolver in the demo',
      'demo/generate/prices.ts',
      "import { resolvers } from '../../subgraphs/pricing/resolvers.ts';",
      'of subgraphs the demo imports',
    ],
    [
      'another subgraph in a seed',
      'demo/seeds/risk/facts.ts',
      "import { a } from '../../../subgraphs/fleet/domain/load.ts';",
      'the seed of a subgraph imports',
    ],
    ['the product', 'commands/start.ts', "import { a } from '../bench/graph/client.ts';", 'no test and no bench'],
    [
      'a higher room of shared',
      'subgraphs/shared/errors/errors.ts',
      "import { a } from '../graphql/masking.ts';",
      'inside shared imports go down',
    ],
    [
      'the gateway in the client',
      'client/retry.ts',
      "import { errorTable } from '../subgraphs/shared/errors/errors.ts';",
      'the client knows the graph from its responses only',
    ],
    ['a test in the product', 'gateway/live/stream.ts', "import { a } from '../test/a.ts';", 'no test and no bench'],
    [
      'the harness in the product',
      'gateway/gateway.ts',
      "import type { TestGateway } from './testing/test-gateway.ts';",
      'only tests and benches import their harness',
    ],
    ['a room that no rule knows', 'subgraphs/fleet/utils/text.ts', '', 'is in no room of the rule'],
  ])('%s is named', (_case, path, text, says) => {
    expect(offencesOf(path, text)).toContainEqual(expect.stringContaining(says));
  });

  test.each([
    ['subgraphs/fleet/domain/load.ts', "import type { Load } from '../entities.ts';"],
    ['subgraphs/fleet/entities.ts', "import type { LoadState } from './domain/load.ts';"],
    ['subgraphs/fleet/store/lists.ts', "import { sql } from '#shared/database/database.ts';"],
    ['demo/seeds/risk/facts.ts', "import { a } from '../../../subgraphs/risk/domain/lane.ts';"],
    ['commands/product.ts', "import { a } from '../demo/seeding/seed-product.ts';"],
    ['demo/simulator/loop.ts', "import { parseData } from '../../client/data.ts';"],
    ['commands/import/sign-in.ts', "import { requireData } from '../../client/data.ts';"],
    ['gateway/access/documents/documents.ts', "import type { Checked } from '../../pipeline/stages.ts';"],
  ])('%s may contain: %s', (path, text) => {
    expect(offencesOf(path, text)).toEqual([]);
  });

  test.each([
    [
      'a test in a bench',
      'bench/live/run.ts',
      "import { a } from '../../gateway/test/a.ts';",
      'benches import no test',
    ],
    [
      'a bench in a test',
      'gateway/test/a.test.ts',
      "import { a } from '../../bench/live/run.ts';",
      'tests import no bench',
    ],
  ])('%s is named', (_case, path, text, says) => {
    expect(offencesOf(path, text, testRules)).toContainEqual(expect.stringContaining(says));
    const harness = text.replace(/'(?:.*)'/, "'../../gateway/testing/live-graph.ts'");
    expect(offencesOf(path, harness, testRules)).toEqual([]);
  });

  test('the environment is read in configuration files only', () => {
    const reads = "const level = process.env['LOG_LEVEL'];";
    expect(findEnvironmentReaders([parseSource('gateway/read-config.ts', reads)])).toEqual([]);
    expect(findEnvironmentReaders([parseSource('gateway/live/outbox.ts', reads)])).toHaveLength(1);
  });

  test('a rule that names a removed file or room is reported', () => {
    const files = [parseSource('gateway/live/stream.ts', ''), parseSource('subgraphs/fleet/store/lists.ts', '')];
    const rule = { says: 'imports go down', files: /^gateway\//, only: ['gateway/'], order: ['live'] };
    expect(findUnknownPaths(files, [rule])).toEqual([]);
    const faults = findUnknownPaths(files, [
      { ...rule, only: ['gateway/', 'subgraphs/$1/store/', 'subgraphs/$1/views/', 'subgraphs/shared/tracing.ts'] },
      { ...rule, order: ['live', 'tracing'] },
    ]);
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(',')))).toEqual([
      'The rule "imports go down" names subgraphs/$1/views/',
      'The rule "imports go down" names subgraphs/shared/tracing.ts',
      'The rule "imports go down" names tracing',
    ]);
  });

  test('each rule applies to files of the project', () => {
    const files = readSources(resolve(import.meta.dirname, '..'));
    expect(importRules.filter((rule) => files.every(({ path }) => !rule.files.test(path)))).toEqual([]);
    const tests = readTests(resolve(import.meta.dirname, '..'));
    expect(testRules.filter((rule) => tests.every(({ path }) => !rule.files.test(path)))).toEqual([]);
    expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(1_000);
  });
});

describe('all subgraphs have the same rooms', () => {
  const folders = readSubgraphFolders(resolve(import.meta.dirname, '..'));
  const [{ entries } = { entries: [] }] = folders;

  test('they have in this project', () => {
    expect(folders.map(({ name }) => name)).toContain('pricing');
    expect(findRoomFaults(folders)).toEqual([]);
  });

  test.each([
    ['a stray file', 'utils.ts'],
    ['a file where a folder belongs', 'resolvers.ts'],
    ['an additional folder', 'helpers/'],
  ])('%s is reported', (_case, stray) => {
    const [fault, ...more] = findRoomFaults([{ name: 'depots', entries: [...entries, stray] }]);
    expect(fault).toContain(`subgraphs/depots/${stray} is no room of a subgraph: those are README.md schema.graphql`);
    expect(more).toEqual([]);
  });

  test('a missing room is reported, unless it is optional', () => {
    const without = (left: string) => [{ name: 'depots', entries: entries.filter((entry) => entry !== left) }];
    expect(findRoomFaults(without('context.ts'))).toEqual([
      'subgraphs/depots/context.ts is missing: every subgraph has this room',
    ]);
    expect(findRoomFaults(without('events.ts'))).toEqual([]);
  });
});
