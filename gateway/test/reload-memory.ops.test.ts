import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { post } from '../../client/post.ts';
import { type GatewayProcess, startGatewayProcess } from '../testing/gateway-process.ts';
import { countReloads, reloadSupergraph } from '../testing/reload-supergraph.ts';
import { type ScriptedSubgraph, startScriptedSubgraph } from '../testing/scripted-subgraph.ts';
import { type SupergraphFile, writeSupergraph } from '../testing/supergraph-file.ts';

/** One generation of the freight supergraph takes 5 MB, so that a retained one shows. */
const supergraphSdl = readFileSync(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8');
/** After these reloads caches are full and hot functions are compiled. */
const warmUp = 2;
const reloads = 3;
/** A tenth of a generation. Without a leak the heap changes by 0.1 MB per reload at most, in either direction. */
const allowedMBPerReload = 0.5;

let access: ScriptedSubgraph;
let supergraph: SupergraphFile;
let gateway: GatewayProcess;
beforeAll(async () => {
  access = await startScriptedSubgraph(({ reply }) => reply({ data: { viewer: { name: 'Ada' } } }));
  supergraph = writeSupergraph(supergraphSdl);
  // Under `enforce` the comparison of documents has ended when the new supergraph is loaded, and leaves nothing either.
  gateway = await startGatewayProcess(supergraph.path, { SUBGRAPH_URL_ACCESS: access.url, SUPERGRAPH_GATE: 'enforce' });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await access.stop();
  supergraph[Symbol.dispose]();
});

/** Replaces the supergraph and uses the new one. */
async function reload(index: number): Promise<void> {
  await reloadSupergraph(gateway.adminUrl, supergraph, `${supergraphSdl}\n# ${index}\n`);
  const { data } = await post(`${gateway.url}/graphql`, JSON.stringify({ query: `{ viewer { name } } # ${index}` }));
  expect(data).toEqual({ viewer: { name: 'Ada' } });
}

test('a reload leaves nothing of the previous supergraph in memory', async () => {
  for (let index = 0; index < warmUp; index++) await reload(index);
  const before = await gateway.measure();
  for (let index = warmUp; index < warmUp + reloads; index++) await reload(index);
  const after = await gateway.measure();
  expect(await countReloads(gateway.adminUrl)).toEqual({ loaded: warmUp + reloads, refused: 0 });
  expect((after.heapMB - before.heapMB) / reloads).toBeLessThan(allowedMBPerReload);
  expect(after.alive).toEqual({ ...before.alive, engines: 1 });
}, 120_000);
