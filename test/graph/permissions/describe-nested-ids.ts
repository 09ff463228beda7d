import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { newId } from '#shared/ids.ts';
import type { TestGraph } from '../graph.ts';
import { askSubgraph } from './ask-subgraph.ts';
import { foreignRecords, type Ids, ownRecords } from './foreign-records.ts';
import { type ViewerName, viewersOf } from './viewers.ts';

const callers: readonly ViewerName[] = ['DRIVER', 'CUSTOMER', 'PARTNER', 'KEY'];

/** The records that arguments of nested fields name. */
const kinds: Readonly<Record<string, string>> = {
  organizationId: 'organization',
  driverId: 'driver',
  vehicleId: 'vehicle',
  ids: 'shipment',
  key: 'apiKey',
};
/** Hashes of texts, which are no ids of records. */
const elsewhere: ReadonlySet<string> = new Set(['document']);

/** An id in an argument of a field below the root, or in an input object of it. */
interface NestedPlace {
  readonly subgraph: string;
  readonly type: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly argument: GraphQLArgument;
  /** Of the input object; undefined for an argument that is an id itself. */
  readonly inner: string | undefined;
  readonly isList: boolean;
  readonly kind: string;
}

interface Compared {
  readonly title: string;
  readonly foreign: string;
  readonly absent: string;
}

/** In nested lists, the id of a record of others filters as one that does not exist: also below records of others. */
export function describeNestedIds(graphOf: () => TestGraph): void {
  describe('an id of a record of others in an argument below the root', () => {
    let compared: readonly Compared[];
    beforeAll(async () => {
      compared = await compareNested(graphOf());
    }, 60_000);

    test('gets the response of an id that does not exist', () => {
      expect(compared.filter(({ foreign, absent }) => foreign !== absent)).toEqual([]);
    });

    test('is tried in every such argument, and most of these requests are answered', () => {
      const places = graphOf().product.subgraphs.flatMap(({ subgraph, schema }) => nestedPlaces(subgraph.name, schema));
      const tried = new Set(compared.map(({ title }) => title.split(' ').slice(0, 2).join(' ')));
      expect([...tried].sort()).toEqual([...new Set(places.map(nameOf))].sort());
      expect(compared.filter(({ absent }) => absent.includes('"errors":[]')).length).toBeGreaterThan(
        compared.length / 2,
      );
    });
  });
}

const nameOf = ({ type, field, argument, inner }: NestedPlace) =>
  `${type}.${field.name} ${inner === undefined ? argument.name : `${argument.name}.${inner}`}`;

function nestedPlaces(subgraph: string, schema: GraphQLSchema): NestedPlace[] {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || roots.has(type) || type.name.startsWith('_')) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((argument) => {
        const named = getNamedType(argument.type);
        const inner = isInputObjectType(named) ? Object.values(named.getFields()) : [];
        return [argument, ...inner].flatMap((given) => {
          if (getNamedType(given.type).name !== 'ID' || elsewhere.has(given.name)) return [];
          const kind = kinds[given.name];
          if (kind === undefined)
            throw new Error(`The matrix has no kind for ${type.name}.${field.name} ${given.name}`);
          const isList = isListType(isNonNullType(given.type) ? given.type.ofType : given.type);
          const at = { subgraph, type: type.name, field, argument, isList, kind };
          return [{ ...at, inner: given === argument ? undefined : given.name }];
        });
      }),
    );
  });
}

async function compareNested(graph: TestGraph): Promise<Compared[]> {
  const { world, product } = graph;
  const viewers = viewersOf(world);
  const foreign = await foreignRecords(graph, viewers.ADMIN);
  const places = product.subgraphs.flatMap(({ subgraph, schema }) => nestedPlaces(subgraph.name, schema));
  const compared: Compared[] = [];
  for (const caller of callers) {
    const as = viewers[caller];
    const others = foreign(caller);
    const own: Ids = {
      ...ownRecords(world, caller),
      account: as.kind === 'account' ? as.accountId : undefined,
      ...(caller === 'DRIVER' && { driver: world.demo.driverId }),
    };
    for (const place of places) {
      const id = others[place.kind];
      if (id === undefined) continue;
      for (const [whose, records] of [
        ['own', own],
        ['foreign', others],
      ] as const) {
        const request = requestOf(place, records);
        if (!request) continue;
        const ask = async (given: string) => {
          const { data, errors } = await askSubgraph(
            graph,
            place.subgraph,
            as,
            request.query,
            request.variables(given),
          );
          return JSON.stringify({ data, errors })
            .replaceAll(given, 'ID')
            .replaceAll(/"requestId":"[^"]+"/g, '"requestId":""');
        };
        const title = `${nameOf(place)} ${whose} ${caller}`;
        compared.push({ title, foreign: await ask(id), absent: await ask(newId()) });
      }
    }
  }
  return compared;
}

/** Undefined if the caller has no such parent. */
function requestOf({ type, field, argument, inner, isList }: NestedPlace, parents: Ids) {
  const parent = parents[type.replace(/^./, (letter) => letter.toLowerCase())];
  if (parent === undefined && type !== 'Leaderboard') return undefined;
  const selected = `${field.name}(${argument.name}: $given) ${selectionOf(field)}`;
  const declared = `$given: ${argument.type}`;
  const query =
    type === 'Leaderboard'
      ? `query(${declared}) { leaderboard(period: WEEK) { ${selected} } }`
      : `query(${declared}, $of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selected} } } }`;
  const variables = (id: string) => {
    const value = isList ? [id] : id;
    return {
      given: inner === undefined ? value : { [inner]: value },
      ...(parent !== undefined && { of: [{ __typename: type, id: parent }] }),
    };
  };
  return { query, variables };
}

function selectionOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return '';
  if (type.name.endsWith('Connection')) return '{ totalCount nodes { id } edges { cursor } }';
  const leaves = Object.values(type.getFields()).filter((each) => isLeafType(getNamedType(each.type)));
  return `{ ${leaves.map(({ name }) => name).join(' ')} }`;
}
