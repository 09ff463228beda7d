import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readCounter } from '../../gateway/testing/metrics.ts';
import { byId, client, idOf, late, manifestOf, register, retire, run, startDocumentGraph } from './document-scene.ts';
import type { TestGraph } from './graph.ts';
import { until } from './until.ts';

/** A partner registers a document, runs it by its id, and gives notice. */

let graph: TestGraph;
beforeAll(async () => {
  graph = await startDocumentGraph();
});
afterAll(() => graph.close());

test('a dry run prices a document and registers nothing', async () => {
  const payload = await run(graph, register, { ...client, dryRun: true, manifest: manifestOf({ LateLoads: late }) });
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
  expect((await byId(graph, 'partner', late, { first: 1 })).errors).toMatchObject([
    { extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST' } },
  ]);
});

test('a document whose fields its owner may never use is refused', async () => {
  const manifest = manifestOf({ Drivers: '{ drivers(first: 2) { nodes { id name } } }' });
  expect((await run(graph, register, { ...client, dryRun: true, manifest })).userErrors).toMatchObject([
    { code: 'INVALID_INPUT', message: 'Drivers: Cannot query field "drivers" on type "Query".' },
  ]);
});

test('a registered document runs by its id for its organization, and ends 30 days after the notice', async () => {
  expect((await run(graph, register, { ...client, manifest: manifestOf({ LateLoads: late }) })).userErrors).toEqual([]);
  const response = await until(
    () => byId(graph, 'partner', late, { first: 1 }),
    ({ errors }) => errors?.[0]?.extensions.code !== 'PERSISTED_QUERY_NOT_IN_LIST',
  );
  expect(response.errors).toBeUndefined();
  expect(response.data).toMatchObject({ shipments: { nodes: [{ id: expect.any(String) }] } });
  const { document } = await run(graph, retire, { documentId: idOf(late) });
  const days = (Date.parse(document!.retiresAt) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(30);
  expect(await run(graph, retire, { documentId: idOf(late) })).toMatchObject({ document });
  expect((await byId(graph, 'partner', late, { first: 1 })).errors).toBeUndefined();
});

test('documents that cannot run are refused together, each with its fault', async () => {
  const manifest = manifestOf({
    Good: 'query Good { viewer { id } }',
    Unknown: 'query Unknown { nothing }',
    Internal: 'query Internal { riskPolicy { version } }',
    Syntax: 'query Syntax {',
  });
  const { documents, userErrors } = await run(graph, register, { ...client, manifest });
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
  const asGiven = await run(graph, register, { ...client, manifest, dryRun: true });
  expect(asGiven.userErrors).toMatchObject(
    fault(/^Dear: a run may cost \d+ points, and an operation of yours at most 5000\. Request shorter lists/),
  );
  const agreed = await run(graph, register, { ...client, manifest: withPrice(5_001), dryRun: true });
  expect(agreed.userErrors).toMatchObject(fault(/Agree a lower price\.$/));
  expect(agreed.userErrors[0]?.field.slice(3)).toEqual(['contract', 'maximumPrice']);
  const payable = await run(graph, register, { ...client, manifest: withPrice(5_000), dryRun: true });
  expect(payable.userErrors).toEqual([]);
});

test('the cheapest drop leaves a valid document', async () => {
  const dropOf = async (text: string) => {
    const { documents } = await run(graph, register, {
      ...client,
      dryRun: true,
      manifest: manifestOf({ Board: text }),
    });
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
  const { userErrors } = await run(graph, register, { ...client, manifest: { ...manifest, operations } });
  expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['manifest', 'operations', '0', 'id'] }]);
});

test('a customer may register nothing', async () => {
  const input = { ...client, manifest: manifestOf({ LateLoads: late }) };
  const { errors } = await graph.ask('customer', register, { input });
  expect(errors[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
});

test('gateways share the plans of registered documents; one that is damaged is made anew', async () => {
  const text = 'query Shared { shipments(first: 2) { nodes { id invoice { id } } } }';
  await run(graph, register, { ...client, manifest: manifestOf({ Shared: text }) });
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
