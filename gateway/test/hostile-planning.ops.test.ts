import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { post } from '../../client/post.ts';
import { composeSupergraph } from '../supergraph/compose.ts';
import { type GatewayProcess, startGatewayProcess } from '../testing/gateway-process.ts';
import { countReloads } from '../testing/reload-supergraph.ts';
import { type StubSubgraph, startStubSubgraph } from '../testing/stub-subgraph.ts';
import { type SupergraphFile, writeSupergraph } from '../testing/supergraph-file.ts';

/** Every subgraph resolves every object by two keys, so the ways to plan a deep selection multiply. */
const subgraphs = 16;
const width = 7;
const fields = Array.from({ length: width }, (_, index) => `f${index}: Node @shareable`).join(' ');
const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
type Query { node: Node @shareable }
type Node @key(fields: "id") @key(fields: "code") { id: ID! @shareable code: ID! @shareable ${fields} }`;

/** An operation within all limits of documents that takes the planner a second or more. */
function bomb(name: string, leaf = 'id', depth = 4): string {
  const level = (left: number): string =>
    left === 0
      ? `{ ${leaf} }`
      : `{ ${Array.from({ length: width }, (_, index) => `f${index} ${level(left - 1)}`).join(' ')} }`;
  return `query ${name} { node ${level(depth)} }`;
}

let subgraph: StubSubgraph;
let gateway: GatewayProcess;
let supergraph: SupergraphFile;
let supergraphSdl: string;
beforeAll(async () => {
  subgraph = await startStubSubgraph(sdl, { Query: { node: () => ({ id: '1', code: 'one' }) } });
  const { url } = subgraph;
  supergraphSdl = composeSupergraph(Array.from({ length: subgraphs }, (_, index) => ({ name: `s${index}`, url, sdl })));
  supergraph = writeSupergraph(supergraphSdl);
  gateway = await startGatewayProcess(supergraph.path, { PLAN_TIMEOUT_MS: '400' });
});
afterAll(async () => {
  await gateway.stop();
  await subgraph.close();
  supergraph[Symbol.dispose]();
});

async function ask(query: string) {
  const { status, data, errors } = await post(`${gateway.url}/graphql`, JSON.stringify({ query }));
  return { status, data, code: errors[0]?.extensions.code };
}

const tooLong = { status: 504, data: undefined, code: 'GATEWAY_TIMEOUT' };
/** An operation with so many ways to plan it that the planner gives up before it tries them. */
const tooComplex = { status: 400, data: undefined, code: 'COST_ESTIMATED_TOO_EXPENSIVE' };
const succeeded = { status: 200, data: { node: { id: '1' } }, code: undefined };
const known = '{ node { id } }';
/** Makes a text that has not been planned before. */
const fresh = (index: number) => ({ query: `{ node { id a${index}: code } }`, name: `a${index}` });

test('operations that explode planning end with a code, while others get their responses', async () => {
  expect(await ask(known)).toEqual(succeeded);
  const before = await gateway.measure();
  const bombs = ['One', 'Two', 'Three'].map((name) => ask(bomb(name)));
  let exploding = bombs.length;
  for (const each of bombs) void each.finally(() => exploding--);
  let lightRequests = 0;
  for (let index = 0; exploding > 0; index++) {
    expect(await ask(known)).toEqual(succeeded);
    const { query, name } = fresh(index);
    const planned = await ask(query);
    // On an overloaded machine 400 ms may be too short for a light operation, too. It may end in no other way.
    if (planned.code === tooLong.code) continue;
    expect(planned).toEqual({ ...succeeded, data: { node: { id: '1', [name]: 'one' } } });
    lightRequests++;
  }
  expect(await Promise.all(bombs)).toEqual(bombs.map(() => tooLong));
  expect(lightRequests).toBeGreaterThan(0);

  // The same text is refused without planning it again, and the first planner is gone.
  expect(await ask(bomb('One'))).toEqual(tooLong);
  const after = await gateway.measure();
  expect(after.heapMB).toBeLessThan(before.heapMB + 30);
  // At most one further planner was started.
  expect(after.threads).toBeLessThanOrEqual(before.threads + 1);
});

test('an operation with more ways to plan than the planner counts is refused', async () => {
  expect(await ask(bomb('Many', 'id code'))).toEqual(tooComplex);
});

test('a reload does not plan such operations again', async () => {
  await ask(bomb('Before'));
  supergraph.replace(`${supergraphSdl}\n# changed\n`);
  while ((await countReloads(gateway.adminUrl)).loaded === 0) expect(await ask(known)).toEqual(succeeded);
});
