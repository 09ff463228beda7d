import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '#shared/test/random.ts';
import type { GraphResponse } from '../../client/graph-response.ts';
import { generateOperation } from '../../gateway/engine/test/generated-operation.ts';
import { client, late, manifestOf, register, run, startDocumentGraph } from './document-scene.ts';
import type { TestGraph } from './graph.ts';
import { withPlainArguments } from './plain-arguments.ts';
import { readSchemas } from './schemas.ts';

/** What operations cost, and what a caller is told about it. */

let graph: TestGraph;
beforeAll(async () => {
  graph = await startDocumentGraph();
});
afterAll(() => graph.close());

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

interface Cost {
  readonly requestedQueryCost?: number | null;
  readonly actualQueryCost?: number | null;
}

const costIn = (extensions: GraphResponse<unknown>['extensions']): Cost => (extensions?.['cost'] ?? {}) as Cost;

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

test('a page that is longer than the tier allows is refused, by a literal and by a variable', async () => {
  const literal = await graph.ask('partner', '{ shipments(first: 101) { nodes { id } } }');
  const message = 'A page of a PREMIUM caller has at most 100 entries; Query.shipments(first:) requests 101.';
  const extensions = { code: 'MAX_PAGE_SIZE_LIMIT', argument: 'Query.shipments(first:)', requested: 101, limit: 100 };
  expect(literal.errors).toMatchObject([{ message, extensions }]);
  const byVariable = await graph.ask('partner', late, { first: 101 });
  expect(byVariable.errors).toMatchObject([{ message, extensions }]);
  const manifest = manifestOf({ Long: '{ shipments(last: 101) { nodes { id } } }' });
  const { userErrors } = await run(graph, register, { ...client, manifest });
  expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', message: expect.stringContaining('shipments(last:)') }]);
});
