import { type GraphQLField, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import type { Identity } from '#shared/identity/identity.ts';
import type { TestGraph } from '../graph.ts';
import { askSubgraph } from './ask-subgraph.ts';
import type { Probe } from './probes.ts';

/** A list at the root of a subgraph. */
export interface RootList {
  readonly subgraph: string;
  /** Such as `Query.shipments`. */
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: GraphQLObjectType;
}

export interface ListedNode {
  readonly key: string;
  readonly owners: Readonly<Record<string, { readonly id: string } | null | undefined>>;
}

/** What a caller gets for one probe, all pages together. */
export interface Answer {
  readonly nodes: readonly ListedNode[];
  /** Code of the error; undefined if there is none. */
  readonly refused: string | undefined;
  /** Where nodes, edges, total and page info don't agree. */
  readonly faults: readonly string[];
}

export function rootListsOf({ product }: TestGraph): RootList[] {
  return product.subgraphs.flatMap(({ subgraph, schema }) =>
    Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
      const connection = getNamedType(field.type);
      if (!isObjectType(connection) || !connection.name.endsWith('Connection')) return [];
      const node = getNamedType(connection.getFields()['nodes']?.type);
      if (!isObjectType(node)) throw new Error(`${connection.name} has no nodes`);
      return [{ subgraph: subgraph.name, name: `Query.${field.name}`, field, node }];
    }),
  );
}

interface Page {
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}
type Node = Readonly<Record<string, { readonly id: string } | string | null>>;

const pageSize = 100;

/** Probes of one request: a subgraph limits the objects of a result. */
const probesPerRequest = 20;

/** Reads every page of a list for each probe. */
export async function readList(
  graph: TestGraph,
  list: RootList,
  as: Identity,
  probes: readonly Probe[],
): Promise<Answer[]> {
  const found = probes.map((): Found => ({ pages: [], refused: undefined }));
  const open = found.keys().toArray();
  while (open.length > 0) {
    const asked = open.splice(0, probesPerRequest);
    const { query, variables } = requestOf(list, asked, probes, (at) => found[at]?.pages.at(-1)?.pageInfo.endCursor);
    const { data, errors } = await askSubgraph(graph, list.subgraph, as, query, variables);
    const failed = errors.find(({ path }) => path === undefined);
    if (failed) throw new Error(`${list.name}: ${JSON.stringify(failed)}`);
    for (const at of asked) {
      const page = data?.[`p${at}`] as Page | null | undefined;
      const error = errors.find(({ path }) => path?.[0] === `p${at}`);
      if (page) found[at]?.pages.push(page);
      else found[at] = { pages: [], refused: String(error?.extensions?.code ?? 'null') };
      if (page?.pageInfo.hasNextPage) open.push(at);
    }
  }
  return found.map(answerOf);
}

interface Found {
  readonly pages: Page[];
  readonly refused: string | undefined;
}

function requestOf(
  { field, node }: RootList,
  open: readonly number[],
  probes: readonly Probe[],
  after: (at: number) => string | null | undefined,
) {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const fields = open.map((at) => {
    const args = { ...probes[at]?.args, first: pageSize, ...(after(at) != null && { after: after(at) }) };
    const given = Object.entries(args).map(([name, value]) => {
      const variable = `${name}${at}`;
      variables[variable] = value;
      declared.push(`$${variable}: ${field.args.find((argument) => argument.name === name)?.type}`);
      return `${name}: $${variable}`;
    });
    return `p${at}: ${field.name}(${given.join(' ')}) { ...Page }`;
  });
  const page = `fragment Page on ${getNamedType(field.type).name} {
    nodes { ...Node } edges { cursor node { ${keyOf(node)} } } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
  fragment Node on ${node.name} { ${selectionOf(node)} }`;
  return { query: `query(${declared.join(' ')}) { ${fields.join('\n')} } ${page}`, variables };
}

/** Fields with the owners of a record. */
const ownerFields = ['organization', 'shipment', 'driver'];

/** How a node is told from the others of its list. */
const keyOf = (node: GraphQLObjectType): string => (node.getFields()['id'] ? 'id' : 'vehicle { id }');

function selectionOf(node: GraphQLObjectType): string {
  const owners = ownerFields.filter((name) => node.getFields()[name]).map((name) => `${name} { id }`);
  return [keyOf(node), ...owners].join(' ');
}

function answerOf({ pages, refused }: Found): Answer {
  const nodes = pages.flatMap((page) => page.nodes).map(listed);
  const total = pages.at(-1)?.totalCount ?? 0;
  const faults = [
    ...(total === nodes.length || refused !== undefined ? [] : [`totalCount ${total}, nodes ${nodes.length}`]),
    ...(new Set(nodes.map(({ key }) => key)).size === nodes.length ? [] : ['a node occurs twice']),
    ...pages.flatMap((page, at) => faultsOf(page, at > 0)),
  ];
  return { nodes, refused, faults };
}

function faultsOf({ nodes, edges, pageInfo }: Page, isLater: boolean): string[] {
  const [first, last] = [edges.at(0)?.cursor ?? null, edges.at(-1)?.cursor ?? null];
  return [
    ...(JSON.stringify(edges.map(({ node }) => listed(node).key)) ===
    JSON.stringify(nodes.map((node) => listed(node).key))
      ? []
      : ['edges and nodes differ']),
    ...(pageInfo.startCursor === first && pageInfo.endCursor === last ? [] : ['cursors of edges and pageInfo differ']),
    ...(pageInfo.hasPreviousPage === isLater ? [] : [`hasPreviousPage is ${pageInfo.hasPreviousPage}`]),
  ];
}

function listed(node: Node): ListedNode {
  const { id, ...rest } = node;
  const found = rest as ListedNode['owners'];
  const key = typeof id === 'string' ? id : found['vehicle']?.id;
  if (key === undefined) throw new Error(`The matrix can't tell ${JSON.stringify(node)} from others`);
  return { key, owners: found };
}
