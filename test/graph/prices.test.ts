import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import { CostModel } from '../../gateway/access/cost/model.ts';
import { OperationPricer } from '../../gateway/access/cost/operation-pricer.ts';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { readClientDocuments } from '../../gateway/testing/client-documents.ts';

/** Every list of the composed graph has a stated length, from which the price of an operation follows. */
const config = readGatewayConfig([], {});
const supergraph = readFileSync(config.supergraphFile, 'utf8');
const schema = loadSupergraphModel(supergraph).apiSchema;
const model = new CostModel(schema, parse(supergraph), config);
const pricer = new OperationPricer(model);

interface Place {
  readonly type: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
}

const fields: Place[] = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
  .flatMap((type) => Object.values((type as GraphQLObjectType).getFields()).map((field) => ({ type, field }) as Place));
const lists = fields.filter(({ field }) => isListType(getNullableType(field.type)));
const nameOf = ({ type, field }: Place) => `${type.name}.${field.name}`;
const sizeOf = ({ type, field }: Place) => model.costOf(type, field).listSize;

/** True when every field that returns the type states the length of this list. */
function isSizedFromOutside({ type, field }: Place): boolean {
  const origins = fields.filter((origin) => getNamedType(origin.field.type) === type);
  return origins.length > 0 && origins.every((origin) => sizeOf(origin)?.sizedFields.has(field.name));
}

describe('every list of the graph', () => {
  test('states its maximum length, or its connection does', () => {
    expect(lists.length).toBeGreaterThan(80);
    const unsized = lists.filter((place) => sizeOf(place)?.assumedSize === undefined && !isSizedFromOutside(place));
    expect(unsized.map(nameOf)).toEqual([]);
  });

  test('of a connection is as long as `first` or `last` says, 20 without either', () => {
    const connections = fields.filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
    expect(connections.length).toBeGreaterThan(20);
    for (const place of connections) {
      expect([nameOf(place), sizeOf(place)]).toEqual([
        nameOf(place),
        {
          assumedSize: 20,
          slicingArguments: ['first', 'last'],
          sizedFields: new Set(['edges', 'nodes']),
          requireOneSlicingArgument: false,
        },
      ]);
    }
  });

  test('with a default length has that length without arguments', () => {
    for (const place of lists) {
      const [name] = sizeOf(place)?.slicingArguments ?? [];
      if (name === undefined) continue;
      const argument = place.field.args.find((candidate) => candidate.name === name);
      expect([nameOf(place), argument?.defaultValue]).toEqual([nameOf(place), sizeOf(place)?.assumedSize]);
    }
  });

  test('of enum values may hold each of them', () => {
    for (const place of lists) {
      const type = getNamedType(place.field.type);
      if (isEnumType(type))
        expect([nameOf(place), sizeOf(place)?.assumedSize]).toEqual([nameOf(place), type.getValues().length]);
    }
  });
});

describe('a client document', () => {
  const limit = config.maxQueryCost ?? 0;

  test.each(readClientDocuments().map((document) => [document.name, document] as const))(
    '%s costs at most a third of the limit, on the longest pages that its client asks for',
    (_name, { document, operation, most }) => {
      const price = pricer.price(document, operation, most);
      expect(price).toBeGreaterThan(0);
      expect(price).toBeLessThanOrEqual(limit / 3);
    },
  );
});

describe('operations of attackers', () => {
  const priceOf = (text: string) => {
    const document = parse(text);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('one operation is required');
    return {
      price: pricer.price(document, operation, {}),
      path: pricer.mostExpensivePath(document, operation, {})?.path,
    };
  };

  test('cost what their lists multiply to', () => {
    const nested = (last: number) =>
      `{shipments(first:100){nodes{organization{shipments(first:100){nodes{organization{shipments(first:${last}){nodes{id}}}}}}}}}`;
    expect(nested(100).length).toBe(119);
    expect(priceOf(nested(100))).toEqual({
      // 1 + 100 × (shipment, organization, connection) + 100 × 100 × (the same) + 1,000,000 shipments
      price: 1 + 300 + 30_000 + 1_000_000,
      path: 'shipments.nodes.organization.shipments.nodes.organization.shipments.nodes',
    });
    expect(priceOf(nested(1)).price).toBeGreaterThan(5_000);
  });

  test.each([
    [
      'many roots',
      `{ ${Array.from({ length: 20 }, (_, n) => `a${n}: shipments(first: 100) { nodes { id organization { id } driver { id } } }`).join(' ')} }`,
    ],
    [
      'many executive views',
      `{ ${Array.from({ length: 20 }, (_, n) => `a${n}: executive(range: { from: "2021-01-01", until: "2025-12-31" }) { revenue { total { amount } } }`).join(' ')} }`,
    ],
    [
      'all corners of all fences',
      '{ geofences(first: 100) { nodes { area { ... on GeoPolygon { vertices { latitude } } } } } }',
    ],
  ])('are above the limit: %s', (_what, text) => {
    expect(priceOf(text).price).toBeGreaterThan(5_000);
  });
});
