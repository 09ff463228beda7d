import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { postText } from '../../client/post.ts';
import { costOf } from './cost.ts';
import { type GatewayClient, startTestGraph, type TestGraph } from './graph.ts';

/** The request that the prober sends each 15 s, and what it calls a success: monitoring/prober/prober.yml. */
const { http } = z
  .object({
    modules: z.object({
      graph: z.object({
        http: z.object({
          headers: z.record(z.string(), z.string()),
          body: z.string(),
          valid_status_codes: z.array(z.int()),
          fail_if_body_not_matches_regexp: z.array(z.string()),
        }),
      }),
    }),
  })
  .parse(parse(readFileSync(join(import.meta.dirname, '../../monitoring/prober/prober.yml'), 'utf8'), { merge: true }))
  .modules.graph;

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph({ size: { shipments: 150 } });
}, 60_000);
afterAll(() => graph.close());

async function succeeds({ url }: Pick<GatewayClient, 'url'>): Promise<boolean> {
  const { status, text } = await postText(url, http.body, { headers: http.headers });
  return (
    http.valid_status_codes.includes(status) &&
    http.fail_if_body_not_matches_regexp.every((pattern) => new RegExp(pattern).test(text))
  );
}

describe('the request of the prober', () => {
  test('succeeds while the database answers, and costs one fetch and a statement', async () => {
    const { response, cost } = await costOf(graph, () => succeeds(graph));
    expect(response).toBe(true);
    expect(cost.fetches).toBe(1);
    expect(cost.statements).toBeGreaterThan(0);
  });

  test('changes nothing, so it may be sent for ever', async () => {
    const read = () =>
      graph.ask(
        'admin',
        '{ auditEntries(first: 1) { nodes { id } } accounts(first: 50) { nodes { id sessions(first: 9) { nodes { id } } } } }',
      );
    const before = await read();
    await succeeds(graph);
    expect((await read()).data).toEqual(before.data);
  });

  test('fails with a coded error, such as that of a subgraph which is down', async () => {
    const other = await graph.without('access');
    expect(await succeeds(other)).toBe(false);
    await other.close();
  });
});
