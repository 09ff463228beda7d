import { beforeAll, describe, expect, test } from '@jest/globals';
import { type GraphQLArgument, type GraphQLInputField, getNamedType, isInputObjectType } from 'graphql';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import type { TestGraph } from '../graph.ts';
import { targetsOf } from '../hostile-requests.ts';
import { properValuesOf } from '../hostile-scene.ts';
import { askSubgraph } from './ask-subgraph.ts';
import { foreignRecords, type Ids, kindOf, ownRecords } from './foreign-records.ts';
import { type ViewerName, viewersOf } from './viewers.ts';

const callers: readonly ViewerName[] = ['DRIVER', 'CUSTOMER', 'PARTNER', 'KEY'];

/** The responses to the id of a record of others, and to one that does not exist. */
interface Compared {
  /** Such as `Mutation.bookShipment shipmentId CUSTOMER`. */
  readonly title: string;
  readonly foreign: string;
  readonly absent: string;
}

/** A record of others must look like one that does not exist: the same data, code, message and extensions. */
export function describeForeignIds(graphOf: () => TestGraph): void {
  describe('an id of a record of others', () => {
    let compared: readonly Compared[];
    beforeAll(async () => {
      compared = await compareAll(graphOf());
    }, 60_000);

    test('gets the response of an id that does not exist, in every query and mutation', () => {
      expect(compared.filter(({ foreign, absent }) => foreign !== absent)).toEqual([]);
    });

    test('is looked up: most of these callers may send most of these requests', () => {
      const lookedUp = compared.filter(({ absent }) => /NOT_FOUND|^\{"data":\{"\w+":null\},"errors":\[\]/.test(absent));
      expect(lookedUp.length).toBeGreaterThan(40);
    });
  });
}

async function compareAll(graph: TestGraph): Promise<Compared[]> {
  const viewers = viewersOf(graph.world);
  const foreign = await foreignRecords(graph, viewers.ADMIN);
  const places = idPlacesOf(graph);
  const compared: Compared[] = [];
  for (const caller of callers) {
    const [others, own] = [foreign(caller), ownRecords(graph.world, caller)];
    for (const place of places) {
      const id = others[place.kind];
      if (!(place.kind in others)) throw new Error(`The matrix has no ${place.kind} for ${place.field}.${place.name}`);
      if (id === undefined) continue;
      const ask = (given: string) => answerTo(graph, place, viewers[caller], own, given);
      const title = `${place.field} ${place.name} ${caller}`;
      compared.push({ title, foreign: await ask(id), absent: await ask(newId()) });
    }
  }
  return compared;
}

/** An argument or input field with the id of a record. */
interface IdPlace {
  readonly subgraph: string;
  readonly field: string;
  readonly name: string;
  readonly kind: string;
}

/** Those of queries and mutations. The matrix of root lists has the filters. */
function idPlacesOf({ product }: TestGraph): IdPlace[] {
  return product.subgraphs.flatMap(({ subgraph, schema }) =>
    [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
      Object.values(root?.getFields() ?? {}).flatMap((field) => {
        if (getNamedType(field.type).name.endsWith('Connection') || field.name.startsWith('_')) return [];
        if (isForGateways(field.astNode?.directives)) return [];
        return [...new Set(field.args.flatMap(idNames))].flatMap((name) => {
          const kind = kindOf(field.name, name);
          return kind === undefined ? [] : [{ subgraph: subgraph.name, field: field.name, name, kind }];
        });
      }),
    ),
  );
}

const isForGateways = (directives: readonly { readonly name: { readonly value: string } }[] = []) =>
  directives.some(({ name }) => name.value === 'inaccessible');

function idNames({ name, type }: GraphQLArgument | GraphQLInputField): string[] {
  const named = getNamedType(type);
  if (named.name === 'ID') return [name];
  return isInputObjectType(named) ? Object.values(named.getFields()).flatMap(idNames) : [];
}

const noVictims = {
  ...{ draftIds: [], bookedId: '', quoteId: '', invoiceId: '', geofenceIds: [] },
  ...{ reviewCaseId: '', watchlistEntryId: '', apiKeyId: '' },
};

/** Sends the request with this id in this place, and records of the caller in the others. */
async function answerTo(graph: TestGraph, { subgraph, field, name }: IdPlace, as: Identity, own: Ids, id: string) {
  const valid = properValuesOf(graph.world, noVictims, () => 1);
  const schema = graph.product.subgraphs.find((each) => each.subgraph.name === subgraph)?.schema;
  if (!schema) throw new Error(`There is no subgraph ${subgraph}`);
  const target = targetsOf(schema, {}, (of, argument) => {
    if (argument === name) return name.endsWith('s') ? [id] : id;
    // Of two names for the same record, one may be given.
    if (argument === 'id' || argument === 'caseId') return undefined;
    if (/Ids?$/.test(argument)) return name === 'id' || name === 'caseId' ? undefined : own[kindOf(of, argument) ?? ''];
    return valid(of, argument);
  }).find((each) => each.field === field);
  if (!target) throw new Error(`There is no field ${field}`);
  const { data, errors } = await askSubgraph(graph, subgraph, as, target.operation, target.properVariables());
  return JSON.stringify({ data, errors })
    .replaceAll(id, 'ID')
    .replaceAll(/"requestId":"[^"]+"/g, '"requestId":""');
}
