import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { client, createKey, idOf, late, manifestOf, register, run, startDocumentGraph } from './document-scene.ts';
import type { TestGraph } from './graph.ts';
import { until } from './until.ts';

/** Programs use API keys: an agent runs documents, and a deployment registers them. */

let graph: TestGraph;
beforeAll(async () => {
  graph = await startDocumentGraph();
  await run(graph, register, { ...client, manifest: manifestOf({ LateLoads: late }) });
});
afterAll(() => graph.close());

test('an agent with an API key calls documents as tools, and repeats a change safely', async () => {
  const { data } = await graph.ask<{ payload: { key: string } }>('partner', createKey, {
    input: { idempotencyKey: 'key-of-an-agent', name: 'Agent' },
  });
  const { key } = data!.payload;
  await until(
    () => graph.ask(null, 'query { viewer { id } }', {}, { 'x-api-key': key }),
    ({ errors }) => errors.length === 0,
  );
  const headers = { 'x-api-key': key };
  const agent = new Client({ name: 'agent under test', version: '1' });
  await agent.connect(new StreamableHTTPClientTransport(new URL('/mcp', graph.url), { requestInit: { headers } }));
  try {
    const { tools } = await agent.listTools();
    const tool = (name: string) => tools.find((one) => one.name === name);
    // The key may create no further keys, so it has no tool for that.
    expect([tool('LateLoads'), tool('CreateApiKey')]).toEqual([expect.anything(), undefined]);
    // Agents get no secrets.
    expect(tool('SignIn')).toBeUndefined();
    expect(tool('LateLoads')?.description).toMatch(/A call costs at most \d+ points\.$/);
    expect(tool('ChangedShipments')?.inputSchema.properties).toMatchObject({
      since: { type: 'string', format: 'date-time' },
      first: { type: 'integer', default: 50 },
    });
    const call = async (name: string, given: object) => {
      const params = { name, arguments: given };
      const response = await fetch(new URL('/mcp', graph.url), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      });
      const { result } = (await response.json()) as { result: { content: { text: string }[] } };
      return { response: JSON.parse(result.content[0]!.text), isReplayed: response.headers.get('idempotent-replayed') };
    };
    const change = { input: { documentId: idOf(late) }, idempotencyKey: 'a change of an agent'.replaceAll(' ', '-') };
    const first = await call('RetireDocument', change);
    expect(first).toMatchObject({ response: { data: { retireDocument: { userErrors: [] } } }, isReplayed: null });
    const repeated = await call('RetireDocument', change);
    expect([repeated.response.data, repeated.isReplayed]).toEqual([first.response.data, 'true']);
    expect(repeated.response.extensions.cost.actualQueryCost).toBe(1);
  } finally {
    await agent.close();
  }
});

test('a program registers a manifest file and gives notice with its API key', async () => {
  const created = await graph.ask<{ payload: { key: string; userErrors: readonly object[] } }>('partner', createKey, {
    input: { idempotencyKey: 'key-of-documents-test', name: 'Deployment' },
  });
  const { key, userErrors } = created.data!.payload;
  expect(userErrors).toEqual([]);
  const viewer = 'query { viewer { id } }';
  await until(
    () => graph.ask(null, viewer, {}, { 'x-api-key': key }),
    ({ errors }) => errors.length === 0,
  );
  const folder = mkdtempSync(join(tmpdir(), 'freight-registration-'));
  try {
    const file = join(folder, 'dispatch-board.json');
    const text = 'query Board { shipments(first: 5) { nodes { reference invoice { number } } } }';
    writeFileSync(file, JSON.stringify(manifestOf({ Board: text })));
    const documents = async (...words: string[]) => {
      const run = startProcess(['commands/documents.ts', ...words, '--key', key, '--url', graph.url], {});
      return { exitCode: await run.exitCode, output: run.lines.join('\n') };
    };
    const dryRun = await documents('register', file, '--dry-run');
    expect(dryRun.output).toMatch(
      /^Board [0-9a-f]{64}: at most \d+ points, 2 fetches, \d+ calls a minute; without shipments\.nodes\.invoice \d+ points less/,
    );
    expect(dryRun.output).toMatch(/1 documents are priced, none is registered\.$/);
    expect((await documents('register', file)).output).toMatch(/1 documents are registered\.$/);
    expect((await documents('retire', idOf(text))).output).toMatch(/^Board was last used never and is refused from /);
    expect(await documents('retire', '0'.repeat(64))).toEqual({
      exitCode: 1,
      output: 'NOT_FOUND: You have no registered document with this id.',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
