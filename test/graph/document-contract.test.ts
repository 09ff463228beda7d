import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  byId,
  client,
  idOf,
  manifestOf,
  type Payload,
  register,
  retire,
  run,
  startDocumentGraph,
} from './document-scene.ts';
import type { TestGraph } from './graph.ts';
import { until } from './until.ts';

/** A partner states what it expects of a document, and the gateway holds both to it. */

let graph: TestGraph;
beforeAll(async () => {
  graph = await startDocumentGraph();
});
afterAll(() => graph.close());

interface TrustedDocument {
  readonly contract: Record<string, unknown>;
  readonly price: { readonly maximum: number };
}

describe('the contract of a document', () => {
  const boards = `query Boards($first: Int!) { shipments(first: $first) { nodes { id reference } } }`;
  const ofCompany = '{ viewer { id name } }';
  const listed = `query Registered { viewer { organization { documents(first: 1) { totalCount nodes { id organization { name } } } } } }`;
  const one = `query One($id: ID!) { trustedDocument(id: $id) { id clientVersion contract { tier maximumPrice timeoutMs
    cacheMaxAgeSeconds onError scopes } price { maximum } } }`;
  const registerUnder = (contract: object | undefined, text = boards) => {
    const { operations, ...manifest } = manifestOf({ Boards: text });
    return run(graph, register, {
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
      () => byId(graph, 'partner', boards, { first: 100 }),
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
      () => byId(graph, 'partner', boards, { first: 100 }),
      (response) => response.errors !== undefined,
    );
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^The operation may cost \d+ points; the contract of its document allows 20\./),
        extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', limit: 20 },
      },
    ]);
    expect((await byId(graph, 'partner', boards, { first: 2 })).errors).toBeUndefined();
    // For others the document is a text like any other.
    expect((await byId(graph, 'customer', boards, { first: 100 })).errors).toBeUndefined();
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
      const { userErrors } = await run(graph, register, {
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
    expect([totalCount, nodes.map(({ id }) => id)]).toEqual([1, [idOf(boards)]]);
    const asAdmin = await graph.ask<{ trustedDocument: object }>('admin', one, { id: idOf(boards) });
    expect(asAdmin.data?.trustedDocument).toMatchObject({ id: idOf(boards) });
    expect((await graph.ask('partner', one, { id: idOf('{ viewer { id } }') })).data).toEqual({
      trustedDocument: null,
    });
    const { errors } = await graph.ask('customer', listed);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});
