import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import fc from 'fast-check';
import { runs } from '#shared/test/random.ts';
import type { GraphResponse } from '../../client/graph-response.ts';
import { generateOperation } from '../../gateway/engine/test/generated-operation.ts';
import { readCounter } from '../../gateway/testing/metrics.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { startTestGraph, type TestGraph } from './graph.ts';
import { withPlainArguments } from './plain-arguments.ts';
import { readSchemas } from './schemas.ts';
import { until } from './until.ts';

/** A partner registers a document, runs it by its id, and gives notice. */

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph({ snapshotMs: 100, budgetMode: 'enforce' });
});
afterAll(() => graph.close());

const register = `mutation Register($input: RegisterDocumentsInput!) { payload: registerDocuments(input: $input) {
  documents { id name clientName clientVersion price { maximum byField { path cost } } fetches subgraphs callsPerMinute
    cheapestDrop { path saves } registeredAt lastUsedAt retiresAt }
  userErrors { code field message } } }`;
const retire = `mutation Retire($input: RetireDocumentInput!) { payload: retireDocument(input: $input) {
  document { id retiresAt } userErrors { code message } } }`;
const createKey = `mutation CreateKey($input: CreateApiKeyInput!) { payload: createApiKey(input: $input) { key userErrors { code message } } }`;
const late = `query LateLoads($first: Int!) { shipments(first: $first) { nodes { id reference
  invoice { id amount { amount currency } } assignment { driver { name } } } } }`;
const idOf = (text: string) => hash('sha256', text, 'hex');

interface Payload {
  readonly documents: readonly Record<string, unknown>[] | null;
  readonly document: { readonly id: string; readonly retiresAt: string } | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly field: readonly string[];
    readonly message: string;
  }[];
}

interface TrustedDocument {
  readonly contract: Record<string, unknown>;
  readonly price: { readonly maximum: number };
}

function manifestOf(texts: Readonly<Record<string, string>>) {
  const operations = Object.entries(texts).map(([name, body]) => ({ id: idOf(body), name, type: 'query', body }));
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

async function run(query: string, input: object): Promise<Payload> {
  const { data, errors } = await graph.ask<{ payload: Payload }>('partner', query, { input });
  expect(errors).toEqual([]);
  return data!.payload;
}

/** Sends the hash alone. */
async function byId(as: 'partner' | 'customer', text: string, variables: object): Promise<GraphResponse<unknown>> {
  const response = await fetch(graph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await graph.tokenOf(as)}` },
    body: JSON.stringify({ documentId: idOf(text), variables }),
  });
  return (await response.json()) as GraphResponse<unknown>; // the test compares all of it
}

const client = { clientName: 'tracker', clientVersion: '1.4.0' };

test('a dry run prices a document and registers nothing', async () => {
  const payload = await run(register, { ...client, dryRun: true, manifest: manifestOf({ LateLoads: late }) });
  expect(payload.userErrors).toEqual([]);
  expect(payload.documents).toEqual([
    expect.objectContaining({ id: idOf(late), name: 'LateLoads', ...client, lastUsedAt: null, retiresAt: null }),
  ]);
  const [document] = payload.documents!;
  expect(document).toMatchObject({
    subgraphs: expect.arrayContaining(['shipments', 'fleet', 'pricing']),
    fetches: expect.any(Number),
    price: {
      maximum: expect.any(Number),
      byField: expect.arrayContaining([{ path: 'shipments', cost: expect.any(Number) }]),
    },
    cheapestDrop: { path: expect.stringMatching(/^shipments\./), saves: expect.any(Number) },
  });
  expect((await byId('partner', late, { first: 1 })).errors).toMatchObject([
    { extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST' } },
  ]);
});

test('a document whose fields its owner may never use is refused', async () => {
  const manifest = manifestOf({ Drivers: '{ drivers(first: 2) { nodes { id name } } }' });
  expect((await run(register, { ...client, dryRun: true, manifest })).userErrors).toMatchObject([
    { code: 'INVALID_INPUT', message: 'Drivers: Cannot query field "drivers" on type "Query".' },
  ]);
});

test('a registered document runs by its id for its organization, and ends 30 days after the notice', async () => {
  expect((await run(register, { ...client, manifest: manifestOf({ LateLoads: late }) })).userErrors).toEqual([]);
  const response = await until(
    () => byId('partner', late, { first: 1 }),
    ({ errors }) => errors?.[0]?.extensions.code !== 'PERSISTED_QUERY_NOT_IN_LIST',
  );
  expect(response.errors).toBeUndefined();
  expect(response.data).toMatchObject({ shipments: { nodes: [{ id: expect.any(String) }] } });
  const { document } = await run(retire, { documentId: idOf(late) });
  const days = (Date.parse(document!.retiresAt) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(30);
  expect(await run(retire, { documentId: idOf(late) })).toMatchObject({ document });
  expect((await byId('partner', late, { first: 1 })).errors).toBeUndefined();
});

test('documents that cannot run are refused together, each with its fault', async () => {
  const manifest = manifestOf({
    Good: 'query Good { viewer { id } }',
    Unknown: 'query Unknown { nothing }',
    Internal: 'query Internal { riskPolicy { version } }',
    Syntax: 'query Syntax {',
  });
  const { documents, userErrors } = await run(register, { ...client, manifest });
  expect(documents).toBeNull();
  expect(userErrors.map(({ code, field }) => [code, field.join('.')])).toEqual([
    ['INVALID_INPUT', 'manifest.operations.1.body'],
    ['INVALID_INPUT', 'manifest.operations.2.body'],
    ['INVALID_INPUT', 'manifest.operations.3.body'],
  ]);
  expect(userErrors[0]?.message).toMatch(/^Unknown: Cannot query field "nothing"/);
  // It exists for staff only.
  expect(userErrors[1]?.message).toBe('Internal: Cannot query field "riskPolicy" on type "Query".');
});

test('a document that costs more than any operation of its owner may is refused', async () => {
  const dear = `query Dear($first: Int) { shipments(first: $first) { nodes { id stops { id } events { at } organization { id name
    shipments(first: 50) { nodes { id } } } } } }`;
  const manifest = manifestOf({ Dear: dear });
  const withPrice = (maximumPrice: number) => ({
    ...manifest,
    operations: manifest.operations.map((operation) => ({ ...operation, contract: { maximumPrice } })),
  });
  const fault = (message: RegExp) => [{ code: 'INVALID_INPUT', message: expect.stringMatching(message) }];
  const asGiven = await run(register, { ...client, manifest, dryRun: true });
  expect(asGiven.userErrors).toMatchObject(
    fault(/^Dear: a run may cost \d+ points, and an operation of yours at most 5000\. Request shorter lists/),
  );
  const agreed = await run(register, { ...client, manifest: withPrice(5_001), dryRun: true });
  expect(agreed.userErrors).toMatchObject(fault(/Agree a lower price\.$/));
  expect(agreed.userErrors[0]?.field.slice(3)).toEqual(['contract', 'maximumPrice']);
  const payable = await run(register, { ...client, manifest: withPrice(5_000), dryRun: true });
  expect(payable.userErrors).toEqual([]);
});

test('the cheapest drop leaves a valid document', async () => {
  const dropOf = async (text: string) => {
    const { documents } = await run(register, { ...client, dryRun: true, manifest: manifestOf({ Board: text }) });
    return documents?.[0]?.['cheapestDrop'];
  };
  expect(await dropOf('query Board { shipments(first: 5) { nodes { reference } } }')).toBeNull();
  expect(
    await dropOf(
      'query Board { shipments(first: 5) { nodes { ...Stops id } } } fragment Stops on Shipment { stops { id } }',
    ),
  ).toMatchObject({ path: 'shipments.nodes.stops' });
});

test('an id that is not the hash of its body is refused', async () => {
  const manifest = manifestOf({ LateLoads: late });
  const operations = manifest.operations.map((operation) => ({ ...operation, id: '0'.repeat(64) }));
  const { userErrors } = await run(register, { ...client, manifest: { ...manifest, operations } });
  expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['manifest', 'operations', '0', 'id'] }]);
});

test('a customer may register nothing', async () => {
  const input = { ...client, manifest: manifestOf({ LateLoads: late }) };
  const { errors } = await graph.ask('customer', register, { input });
  expect(errors[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
});

describe('the contract of a document', () => {
  const boards = `query Boards($first: Int!) { shipments(first: $first) { nodes { id reference } } }`;
  const ofCompany = '{ viewer { id name } }';
  const listed = `query Registered { viewer { organization { documents(first: 1) { totalCount nodes { id organization { name } } } } } }`;
  const one = `query One($id: ID!) { trustedDocument(id: $id) { id clientVersion contract { tier maximumPrice timeoutMs
    cacheMaxAgeSeconds onError scopes } price { maximum } } }`;
  const registerUnder = (contract: object | undefined, text = boards) => {
    const { operations, ...manifest } = manifestOf({ Boards: text });
    return run(register, {
      ...client,
      manifest: { ...manifest, operations: operations.map((given) => ({ ...given, contract })) },
    });
  };
  const contractOf = async (text: string) => {
    const { data, errors } = await graph.ask<{ trustedDocument: TrustedDocument }>('partner', one, { id: idOf(text) });
    expect(errors).toEqual([]);
    return data!.trustedDocument;
  };

  test('allows the appraised maximum, unless its owner says otherwise', async () => {
    expect((await registerUnder(undefined)).userErrors).toEqual([]);
    const { contract, price } = await contractOf(boards);
    expect(price.maximum).toBeGreaterThan(100);
    const unlimited = { timeoutMs: null, cacheMaxAgeSeconds: null, onError: null, scopes: [] };
    expect(contract).toEqual({ tier: expect.any(String), maximumPrice: price.maximum, ...unlimited });
    await until(
      () => byId('partner', boards, { first: 100 }),
      ({ errors }) => errors === undefined,
    );
  });

  test('refuses a run that would cost more', async () => {
    const given = {
      maximumPrice: 20,
      timeoutMs: 5_000,
      cacheMaxAgeSeconds: 60,
      onError: 'NULL',
      scopes: ['shipments:read'],
    };
    expect((await registerUnder(given)).userErrors).toEqual([]);
    expect((await contractOf(boards)).contract).toMatchObject(given);
    const { errors } = await until(
      () => byId('partner', boards, { first: 100 }),
      (response) => response.errors !== undefined,
    );
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^The operation may cost \d+ points; the contract of its document allows 20\./),
        extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', limit: 20 },
      },
    ]);
    expect((await byId('partner', boards, { first: 2 })).errors).toBeUndefined();
    // For others the document is a text like any other.
    expect((await byId('customer', boards, { first: 100 })).errors).toBeUndefined();
  });

  test('names what is wrong with it', async () => {
    const { userErrors } = await registerUnder({ maximumPrice: 0, timeoutMs: 1, scopes: ['everything'] });
    expect(userErrors.map(({ code, field }) => [code, field.slice(3).join('.')])).toEqual([
      ['INVALID_INPUT', 'contract.maximumPrice'],
      ['INVALID_INPUT', 'contract.timeoutMs'],
      ['INVALID_INPUT', 'contract.scopes.0'],
    ]);
  });

  test('that no run can keep is refused', async () => {
    const manifest = manifestOf({ Own: '{ shipments(first: 20) { nodes { id } } }' });
    const faultsWith = async (contract: object) => {
      const given = manifest.operations.map((operation) => ({ ...operation, contract }));
      const { userErrors } = await run(register, {
        ...client,
        dryRun: true,
        manifest: { ...manifest, operations: given },
      });
      return userErrors.map(({ message }) => message);
    };
    expect(await faultsWith({ maximumPrice: 1 })).toEqual([
      expect.stringMatching(/^Own: every run costs \d+ points\. Agree at least this price\.$/),
    ]);
    expect(await faultsWith({ scopes: ['access:write'] })).toEqual([
      'Own: nobody of your organization can have the scope access:write. Remove it.',
    ]);
  });

  test('administrators list the documents of all owners, and those of the company', async () => {
    const input = { ...client, manifest: manifestOf({ OfCompany: ofCompany }) };
    const { data } = await graph.ask<{ payload: Payload }>('admin', register, { input });
    expect(data?.payload.userErrors).toEqual([]);
    const query = `query All($filter: TrustedDocumentFilter) { trustedDocuments(filter: $filter) { nodes { id organization { id } } } }`;
    const idsOf = async (filter: object | null) => {
      const list = await graph.ask<{ trustedDocuments: { nodes: { id: string }[] } }>('admin', query, { filter });
      return list.data!.trustedDocuments.nodes.map(({ id }) => id);
    };
    expect(await idsOf(null)).toEqual(expect.arrayContaining([idOf(boards), idOf(ofCompany)]));
    expect(await idsOf({ ofCompany: true })).toEqual([idOf(ofCompany)]);
    expect(await idsOf({ ofCompany: false })).not.toContain(idOf(ofCompany));
    expect((await graph.ask('partner', query)).errors).not.toEqual([]);
    const given = await graph.ask<{ payload: Payload }>('admin', retire, { input: { documentId: idOf(ofCompany) } });
    expect(given.data?.payload).toMatchObject({ document: { retiresAt: expect.any(String) }, userErrors: [] });
  });

  test('is read by the owner and by administrators, and by nobody else', async () => {
    type Listed = { viewer: { organization: { documents: { totalCount: number; nodes: { id: string }[] } } } };
    const { data } = await graph.ask<Listed>('partner', listed);
    const { totalCount, nodes } = data!.viewer.organization.documents;
    expect([totalCount, nodes.map(({ id }) => id)]).toEqual([2, [idOf(boards)]]);
    const asAdmin = await graph.ask<{ trustedDocument: object }>('admin', one, { id: idOf(boards) });
    expect(asAdmin.data?.trustedDocument).toMatchObject({ id: idOf(boards) });
    expect((await graph.ask('partner', one, { id: idOf('{ viewer { id } }') })).data).toEqual({
      trustedDocument: null,
    });
    const { errors } = await graph.ask('customer', listed);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

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

test('a partner asks in the graph what is left, and what each document has cost', async () => {
  const viewer = `query Budget { viewer { rateLimit { limit cost remaining used resetAt }
    usage(by: DOCUMENT) { documentId points requests refusals } } }`;
  const { data, errors, extensions } = await graph.ask<Budget>('partner', viewer);
  expect(errors).toEqual([]);
  const { limit, cost, remaining, used, resetAt } = data!.viewer.rateLimit;
  expect({ limit, cost }).toEqual({ limit: 10_000, cost: expect.any(Number) });
  expect(extensions).toMatchObject({ cost: { requestedQueryCost: cost, throttleStatus: { maximumAvailable: limit } } });
  expect(remaining + used).toBe(limit);
  expect(used).toBeGreaterThanOrEqual(cost);
  expect(Date.parse(resetAt)).toBeGreaterThan(Date.now());
  // A gateway that stops reports what it has counted.
  const another = await graph.another();
  const none = { documentId: null, points: 0, requests: 0, refusals: 0 };
  const others = (seen: Budget | null | undefined) =>
    seen!.viewer.usage.find(({ documentId }) => documentId === null) ?? none;
  const { data: first } = await another.ask<Budget>('partner', viewer);
  await another.ask('partner', '{ unknown }');
  await another.close();
  const { data: second } = await graph.ask<Budget>('partner', viewer);
  expect(others(second).refusals).toBeGreaterThan(others(first).refusals);
  expect(others(second).requests).toBeGreaterThanOrEqual(others(first).requests + 2);
  expect(others(second).points).toBeGreaterThan(others(first).points);
});

test('gateways share the plans of registered documents; one that is damaged is made anew', async () => {
  const text = 'query Shared { shipments(first: 2) { nodes { id invoice { id } } } }';
  await run(register, { ...client, manifest: manifestOf({ Shared: text }) });
  const access = graph.product.subgraphs.find(({ subgraph }) => subgraph.name === 'access')!.services.database;
  const plansOf = (damaged: boolean) =>
    access
      .fork()
      .execute<{ plan: string }[]>('select plan from document_plan where document = ? and (plan = ?) = ?', [
        idOf(text),
        'damaged',
        damaged,
      ]);
  const stored = await until(
    () => plansOf(false),
    (plans) => plans.length > 0,
  );
  const madeAtStart = async () => {
    const another = await graph.another();
    await another.whenPrepared();
    const made = await readCounter(another.adminUrl, 'gateway_document_work_total', { work: 'planned', time: 'ahead' });
    await another.close();
    return made;
  };
  // The first start stores the plans that requests of earlier tests were quicker to make.
  await madeAtStart();
  const made = await madeAtStart();
  await access.fork().execute('update document_plan set plan = ? where document = ?', ['damaged', idOf(text)]);
  expect(await madeAtStart()).toBe(made + stored.length);
  expect(await plansOf(true)).toEqual([]);
});

test('no random operation on the running graph costs more than its price', async () => {
  const { apiSchema } = readSchemas().model;
  const { demo, shipments } = graph.world;
  const load = shipments.find(({ id }) => id === demo.activeShipmentId);
  const ids: Readonly<Record<string, string | undefined>> = {
    ...{ Shipment: load?.id, Organization: load?.organizationId, Account: demo.customer },
    ...{ Driver: load?.assignment?.driverId, Vehicle: load?.assignment?.vehicleId },
    ...{ Invoice: shipments.find(({ invoice }) => invoice)?.invoice?.id, Quote: load?.quote?.id },
  };
  const recordOf = (type: string) => ids[type];
  const seen = { priced: 0, points: 0 };
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (draw) => {
      const generated = generateOperation(apiSchema, draw, { maxDepth: 5 });
      fc.pre(generated !== undefined);
      const { variables } = generated;
      const source = withPlainArguments(apiSchema, generated.source, recordOf, () => draw(fc.nat, 19) + 1);
      const { extensions } = await graph.ask('admin', source, variables);
      const { requestedQueryCost: price, actualQueryCost: actual } = costIn(extensions);
      // Refused before it ran: no price, or a price above the limit.
      fc.pre(actual !== null && actual !== undefined);
      expect({ source, variables, price, actual, isWithin: actual <= (price ?? 0) }).toMatchObject({ isWithin: true });
      seen.priced++;
      seen.points += actual;
    }),
    { numRuns: runs(60, 10_000), endOnFailure: true },
  );
  expect(seen.priced).toBeGreaterThan(20);
  expect(seen.points).toBeGreaterThan(200);
});

interface Cost {
  readonly requestedQueryCost?: number | null;
  readonly actualQueryCost?: number | null;
}

const costIn = (extensions: GraphResponse<unknown>['extensions']): Cost => (extensions?.['cost'] ?? {}) as Cost;

test('a page that is longer than the tier allows is refused, by a literal and by a variable', async () => {
  const literal = await graph.ask('partner', '{ shipments(first: 101) { nodes { id } } }');
  const message = 'A page of a PREMIUM caller has at most 100 entries; Query.shipments(first:) requests 101.';
  const extensions = { code: 'MAX_PAGE_SIZE_LIMIT', argument: 'Query.shipments(first:)', requested: 101, limit: 100 };
  expect(literal.errors).toMatchObject([{ message, extensions }]);
  const byVariable = await graph.ask('partner', late, { first: 101 });
  expect(byVariable.errors).toMatchObject([{ message, extensions }]);
  const manifest = manifestOf({ Long: '{ shipments(last: 101) { nodes { id } } }' });
  const { userErrors } = await run(register, { ...client, manifest });
  expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', message: expect.stringContaining('shipments(last:)') }]);
});

interface Budget {
  readonly viewer: {
    readonly rateLimit: {
      readonly limit: number;
      readonly cost: number;
      readonly remaining: number;
      readonly used: number;
      readonly resetAt: string;
    };
    readonly usage: readonly {
      readonly documentId: string | null;
      readonly points: number;
      readonly requests: number;
      readonly refusals: number;
    }[];
  };
}
