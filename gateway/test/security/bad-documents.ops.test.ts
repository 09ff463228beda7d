import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { z } from 'zod';
import { type GatewayProcess, startGatewayProcess } from '../../testing/gateway-process.ts';
import { type SmallGraph, startSmallGraph } from '../../testing/small-graph.ts';
import { type SupergraphFile, writeSupergraph } from '../../testing/supergraph-file.ts';

/** Set `BAD_DOCUMENTS=1000000` for the long run. */
const total = z.coerce.number().int().min(10_000).default(10_000).parse(process.env['BAD_DOCUMENTS']);
const atOnce = 64;
/** What the gateway may keep of refused texts, whatever their number. */
const allowedMB = 20;

let graph: SmallGraph;
let supergraph: SupergraphFile;
let gateway: GatewayProcess;
let client: Pool;
beforeAll(async () => {
  graph = await startSmallGraph();
  supergraph = writeSupergraph(graph.supergraphSdl);
  gateway = await startGatewayProcess(supergraph.path);
  client = new Pool(gateway.url, { connections: 4, pipelining: 16 });
}, 60_000);
afterAll(async () => {
  await client.close();
  await gateway.stop();
  await graph.close();
  supergraph[Symbol.dispose]();
});

/** A different document for each index, and the code that it gets. */
const makers: readonly ((index: number) => [body: object, code: string])[] = [
  (index) => [{ query: `{ people { name${index}` }, 'GRAPHQL_PARSE_FAILED'],
  (index) => [{ query: `{ nothing${index} }` }, 'GRAPHQL_VALIDATION_FAILED'],
  (index) => [{ query: `{ people ${'{ friends '.repeat(30)}{ id }${' }'.repeat(30)} } #${index}` }, 'MAX_DEPTH_LIMIT'],
  (index) => [{ query: `query Q${index} { people { name } }`, operationName: 'Other' }, 'OPERATION_RESOLUTION_FAILURE'],
  (index) => [
    { extensions: { persistedQuery: { version: 1, sha256Hash: String(index).padStart(64, '0') } } },
    'PERSISTED_QUERY_NOT_FOUND',
  ],
  (index) => [
    {
      query: '{ people { id } }',
      extensions: { persistedQuery: { version: 1, sha256Hash: String(index).padStart(64, '0') } },
    },
    'BAD_REQUEST',
  ],
];

async function sendFrom(first: number, beyond: number): Promise<void> {
  const indexes = Array.from({ length: beyond - first }, (_, index) => first + index).values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const index of indexes) {
        const [body, code] = makers[index % makers.length]!(index);
        const response = await client.request({
          method: 'POST',
          path: '/graphql',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const text = await response.body.text();
        if (!text.includes(`"code":"${code}"`)) throw new Error(`${JSON.stringify(body)} got ${text}`);
      }
    }),
  );
}

test(`${total} distinct bad documents get their codes, and the memory of the gateway stays bounded`, async () => {
  const warm = total / 2;
  await sendFrom(0, warm);
  const before = await gateway.measure();
  await sendFrom(warm, total);
  const after = await gateway.measure();
  if (total > 10_000)
    console.log(`heap after ${warm} documents: ${before.heapMB} MB, after ${total}: ${after.heapMB} MB`);
  expect(after.heapMB - before.heapMB).toBeLessThan(allowedMB);
}, 3_600_000);
