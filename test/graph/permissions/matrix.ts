import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import type { Identity } from '#shared/identity/identity.ts';
import type { TestGraph } from '../graph.ts';
import { askSubgraph, type SubgraphResult } from './ask-subgraph.ts';
import type { OwnedRecord } from './records.ts';
import { Sights, unknown } from './sights.ts';
import { type ViewerName, viewerNames } from './viewers.ts';

type Field = GraphQLField<unknown, unknown>;
type Values = Readonly<Record<string, unknown>>;

/**
 * Reads each field of each entity in each subgraph as every viewer, as the gateway joins them. Objects without a key of their
 * own, such as the stops of a shipment, have rows of their own.
 */
export async function readMatrix(
  graph: TestGraph,
  viewers: Readonly<Record<ViewerName, Identity>>,
  records: readonly OwnedRecord[],
): Promise<Sights> {
  const sights = new Sights();
  for (const { subgraph, schema } of graph.product.subgraphs) {
    for (const type of entityTypesOf(schema)) {
      const known = records.filter((record) => record.type === type.name);
      if (known.length === 0) throw new Error(`The matrix has no records of the type ${type.name}`);
      const of = known.map(({ id }) => ({ __typename: type.name, id }));
      const read = (as: Identity) => askSubgraph(graph, subgraph.name, as, joinOf(type), { of });
      const truth = await read(viewers.ADMIN);
      if (truth.errors.length > 0) throw new Error(`${subgraph.name} ${type.name}: ${JSON.stringify(truth.errors[0])}`);
      for (const viewer of viewerNames) {
        const seen = await read(viewers[viewer]);
        known.forEach((record, at) => {
          const note = noteOf(sights, viewer, record.isOwnOf(viewers[viewer]));
          noteEntity(note, record.label, type, resultAt(truth, at), resultAt(seen, at));
        });
      }
    }
  }
  return sights;
}

/** The types whose records the gateway can join in this subgraph. */
function entityTypesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const entity = schema.getType('_Entity');
  return isUnionType(entity) ? entity.getTypes().filter(isJoinable) : [];
}

function isJoinable({ astNode }: GraphQLObjectType): boolean {
  const keys = astNode?.directives?.filter(({ name }) => name.value === 'key') ?? [];
  return keys.some(({ arguments: args }) => !args?.some(({ name }) => name.value === 'resolvable'));
}

const fieldsOf = (type: GraphQLObjectType): Field[] => {
  // Edges have the same nodes, with cursors.
  const { id, edges, pageInfo, ...fields } = type.getFields();
  return Object.values(fields).filter(({ args }) => !args.some(isRequiredArgument));
};

/** True for objects that are seen only as a part of a record: they can't be joined, and have more than an id. */
function isPart(type: unknown): type is GraphQLObjectType {
  return isObjectType(type) && !isJoinable(type) && Object.keys(type.getFields()).length > 1;
}

function joinOf(type: GraphQLObjectType): string {
  const selection = fieldsOf(type).map(selectionOf).join(' ');
  return `query($of: [_Any!]!) { _entities(representations: $of) { ... on ${type.name} { id ${selection} } } }`;
}

function selectionOf({ name, type }: Field): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return name;
  if (!isPart(named)) return `${name} { ${isObjectType(named) ? 'id' : '__typename'} }`;
  return `${name} { ${fieldsOf(named).map(selectionOf).join(' ')} }`;
}

interface Found {
  readonly entity: Values | null;
  /** Fields with an error. */
  readonly refused: ReadonlySet<string>;
}

function resultAt({ data, errors }: SubgraphResult, at: number): Found {
  const entities = (data?.['_entities'] ?? []) as readonly (Values | null)[];
  const fields = errors.flatMap(({ path = [] }) => (path[1] === at ? [String(path[2])] : []));
  return { entity: entities[at] ?? null, refused: new Set(fields) };
}

type Note = (row: string, sight: string) => void;

const noteOf =
  (sights: Sights, viewer: ViewerName, isOwn: boolean): Note =>
  (row, sight) =>
    sights.note(row, viewer, isOwn, sight);

function noteEntity(note: Note, label: string, type: GraphQLObjectType, truth: Found, seen: Found): void {
  for (const field of fieldsOf(type)) {
    const row = `${label}.${field.name}`;
    if (seen.refused.has(field.name)) note(row, 'x');
    else if (!seen.entity) note(row, '.');
    else noteField(note, row, field, truth.entity?.[field.name], seen.entity[field.name]);
  }
}

function noteField(note: Note, row: string, field: Field, truth: unknown, seen: unknown): void {
  const named = getNamedType(field.type);
  if (isEmpty(truth)) note(row, isEmpty(seen) ? unknown : '~');
  else if (isEmpty(seen)) note(row, '-');
  else if (!isPart(named)) note(row, equal(truth, seen) ? '+' : '~');
  else if (named.name.endsWith('Connection')) noteConnection(note, row, named, truth as Values, seen as Values);
  else noteParts(note, row, named, [truth].flat() as Values[], [seen].flat() as Values[]);
}

/** A row for the list itself, and rows for the parts in it. */
function noteConnection(note: Note, row: string, type: GraphQLObjectType, truth: Values, seen: Values): void {
  const { nodes } = type.getFields();
  const named = getNamedType(nodes?.type);
  const [all, own] = [truth, seen].map((page) => page['nodes'] as Values[]) as [Values[], Values[]];
  if (all.length === 0) note(row, own.length === 0 ? unknown : '~');
  else if (own.length === 0) note(row, seen['totalCount'] === 0 ? '0' : '~');
  else if (all.length !== own.length || truth['totalCount'] !== seen['totalCount']) note(row, '~');
  else if (isPart(named)) noteParts(note, row, named, all, own);
  else note(row, equal(all, own) ? '+' : '~');
}

function noteParts(
  note: Note,
  row: string,
  type: GraphQLObjectType,
  truth: readonly Values[],
  seen: readonly Values[],
) {
  note(row, truth.length === seen.length ? '+' : '~');
  truth.forEach((whole, at) => {
    const part = seen[at];
    for (const field of fieldsOf(type)) {
      if (part) noteField(note, `${type.name}.${field.name}`, field, whole[field.name], part[field.name]);
    }
  });
}

const isEmpty = (value: unknown): boolean => value == null || (Array.isArray(value) && value.length === 0);

/** Estimates and moments of reading change from one request to the next. */
const passing = /^(\d{4}-\d\d-\d\dT|\d+\.\d+)/;

function equal(truth: unknown, seen: unknown): boolean {
  const [left, right] = [truth, seen].map((value) => JSON.stringify(value));
  return left === right || (passing.test(String(truth)) && passing.test(String(seen)));
}
