import fc from 'fast-check';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { type Federation, federate, type ResolverMap, type SubgraphFixture } from './federation.ts';
import { monolithSchema } from './monolith.ts';

/**
 * Small random graphs: the same entities once in one schema, and once spread over subgraphs. A field's value depends only
 * on the object's type, its id, the field and its argument, so both must give equal results.
 */
export interface GraphShape {
  readonly subgraphs: number;
  /** For each subgraph, the object types in its union, as bits. */
  readonly members: readonly number[];
  readonly entities: readonly EntityShape[];
  readonly roots: readonly RootShape[];
}
interface EntityShape {
  readonly fields: readonly FieldShape[];
  /** The keys of the entity in each subgraph. */
  readonly keys: readonly ('id' | 'code' | 'both')[];
}
interface RootShape {
  readonly entity: number;
  readonly owner: number;
  readonly kind: 'one' | 'all' | 'thing' | 'things' | 'any';
}
interface FieldShape {
  readonly kind: 'leaf' | 'value' | 'entity' | 'thing' | 'any' | 'requires';
  readonly owner: number;
  readonly leaf: 'String' | 'Int' | 'Float' | 'Boolean' | 'ID' | 'Colour';
  readonly list: boolean;
  readonly required: boolean;
  readonly argument: boolean;
  readonly target: number;
  /** How the field fails for some ids: with an error, or with null. */
  readonly fault: 'none' | 'throws' | 'null';
  /** Whether a second subgraph also has the field. */
  readonly shared: boolean;
}

const field: fc.Arbitrary<FieldShape> = fc.record({
  kind: fc.constantFrom('leaf', 'leaf', 'leaf', 'value', 'entity', 'entity', 'thing', 'any', 'requires'),
  owner: fc.nat(2),
  leaf: fc.constantFrom('String', 'Int', 'Float', 'Boolean', 'ID', 'Colour'),
  list: fc.boolean(),
  required: fc.boolean(),
  argument: fc.boolean(),
  target: fc.nat(2),
  fault: fc.constantFrom('none', 'none', 'none', 'throws', 'null'),
  shared: fc.constantFrom(false, false, true),
});

const key = fc.constantFrom<EntityShape['keys'][number][]>('id', 'both', 'both', 'code');

export const graphShape: fc.Arbitrary<GraphShape> = fc.record({
  subgraphs: fc.integer({ min: 2, max: 3 }),
  members: fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)),
  entities: fc.array(
    fc.record({
      fields: fc.array(field, { minLength: 2, maxLength: 6 }),
      keys: fc.tuple(key, key, key),
    }),
    {
      minLength: 2,
      maxLength: 3,
    },
  ),
  roots: fc.array(
    fc.record({
      entity: fc.nat(2),
      owner: fc.nat(2),
      kind: fc.constantFrom<RootShape['kind'][]>('one', 'all', 'all', 'thing', 'things', 'any'),
    }),
    { minLength: 2, maxLength: 5 },
  ),
});

const IDS = ['0', '1', '2', '3'];

interface Named {
  readonly name: string;
  readonly type: string;
  readonly shape: FieldShape;
  /** The field in `@requires`, which another subgraph has. */
  readonly needs: string | undefined;
  readonly needsArgument: number | undefined;
  /** The fields of the required object. */
  readonly needsParts: readonly string[];
}
interface Thing {
  readonly __typename: string;
  readonly id: string;
  readonly code?: string;
  readonly [required: string]: unknown;
}

export interface GeneratedGraph {
  readonly federation: Federation;
  readonly monolith: GraphQLSchema;
}

export interface GraphOptions {
  /** Whether the members of the union differ between subgraphs. Then one schema with all data can't show which result is right. */
  readonly differingUnions?: boolean;
}

/** Undefined when the subgraphs don't compose: with random keys, some fields can't be reached from every subgraph. */
export function generateGraph(
  shape: GraphShape,
  { differingUnions = false }: GraphOptions = {},
): GeneratedGraph | undefined {
  const names = shape.entities.map((_, index) => `E${index}`);
  const fields = shape.entities.map((entity) => nameFields(entity, names, shape.subgraphs));
  const at = (owner: number): number => owner % shape.subgraphs;
  const roots = shape.roots.map((root, index) => ({ ...root, name: `${root.kind}${index}`, owner: at(root.owner) }));
  const enums = 'enum Colour { RED GREEN BLUE }';
  const thing = 'interface Thing { label: String }';
  const membersIn = (subgraph: number | undefined): string[] => {
    if (!differingUnions || subgraph === undefined) return names;
    // Composition requires a common member of all subgraphs.
    return names.filter((_, index) => index === 0 || (shape.members[subgraph]! >> index) & 1);
  };
  const unionSdl = (subgraph?: number): string => `union Any = ${membersIn(subgraph).join(' | ')}`;
  const rootSdl = (root: (typeof roots)[number]): string => {
    const name = names[root.entity % names.length];
    if (root.kind === 'one') return `${root.name}(id: ID! = "1"): ${name}`;
    return `${root.name}: ${{ all: `[${name}!]`, thing: 'Thing', things: '[Thing]', any: '[Any!]' }[root.kind]}`;
  };
  const rootResolver =
    (root: (typeof roots)[number], members: readonly string[]) => (_: never, args: { id?: string }) => {
      const name = names[root.entity % names.length]!;
      if (root.kind === 'one') return { __typename: name, id: args.id };
      if (root.kind === 'thing') return { __typename: name, id: '1' };
      if (root.kind === 'all') return IDS.map((id) => ({ __typename: name, id }));
      const types = root.kind === 'any' ? members : names;
      return IDS.map((id, index) => ({ __typename: types[index % types.length], id }));
    };

  const typeSdl = (index: number, own: readonly Named[], subgraph: number | undefined): string => {
    const federated = subgraph !== undefined;
    const lines = own.map(({ name, type, shape: { argument, shared }, needs, needsArgument, needsParts }) => {
      const required = needsArgument === undefined ? needs : `${needs}(x: ${needsArgument})`;
      const parts = needsParts.length > 0 ? ` { ${needsParts.join(' ')} }` : '';
      const requires = federated && needs ? ` @requires(fields: "${required}${parts}")` : '';
      const directive = federated && shared && !needs ? ' @shareable' : requires;
      return `${name}${argument ? '(x: Int = 1)' : ''}: ${type}${directive}`;
    });
    const externals = federated
      ? [...new Set(own.flatMap(({ needs }) => needs ?? []))].map((needed) => {
          const { type, shape: neededShape } = fields[index]!.find(({ name }) => name === needed)!;
          return `${needed}${neededShape.argument ? '(x: Int = 1)' : ''}: ${type} @external`;
        })
      : [];
    const known = federated ? shape.entities[index]!.keys[subgraph]! : 'both';
    const keyNames = known === 'both' ? ['id', 'code'] : [known];
    const shareable = federated ? ' @shareable' : '';
    const directives = federated ? keyNames.map((name) => ` @key(fields: "${name}")`).join('') : '';
    const common = [...keyNames.map((name) => `${name}: ID!`), 'label: String'].map((line) => `${line}${shareable}`);
    return `type ${names[index]} implements Thing${directives} { ${[...common, ...lines, ...externals].join(' ')} }`;
  };
  const valueSdl = (federated: boolean): string => `type Value${federated ? ' @shareable' : ''} { a: String b: Int! }`;

  const resolversOf = (
    own: (index: number) => readonly Named[],
    rootsOf: typeof roots,
    members: readonly string[],
  ): ResolverMap => ({
    ...(rootsOf.length > 0
      ? { Query: Object.fromEntries(rootsOf.map((root) => [root.name, rootResolver(root, members)])) }
      : {}),
    ...Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          __resolveReference: (reference: Thing) => ({ ...reference, id: reference.id ?? reference.code?.slice(1) }),
          code: ({ id }: Thing) => `c${id}`,
          label: ({ id }: Thing) => `${name} ${id}`,
          ...Object.fromEntries(
            own(index).map((one) => [
              one.name,
              (parent: Thing, args: { x?: number }) =>
                fieldValue(name, parent, one, args.x, fields[index]!, one.shape.kind === 'any' ? members : names),
            ]),
          ),
        },
      ]),
    ),
  });

  const subgraphs = Object.fromEntries(
    Array.from({ length: shape.subgraphs }, (_, subgraph) => {
      const own = (index: number): Named[] =>
        fields[index]!.filter(
          ({ shape: { owner, shared }, needs }) =>
            at(owner) === subgraph || (shared && needs === undefined && at(owner + 1) === subgraph),
        );
      const ownRoots = roots.filter((root) => root.owner === subgraph);
      const query = ownRoots.length > 0 ? `type Query { ${ownRoots.map(rootSdl).join(' ')} }` : '';
      const types = names.map((_name, index) => typeSdl(index, own(index), subgraph));
      const sdl = [query, enums, thing, unionSdl(subgraph), valueSdl(true), ...types].join('\n');
      return [`s${subgraph}`, { sdl, resolvers: resolversOf(own, ownRoots, membersIn(subgraph)) }];
    }),
  );
  const sdl = [
    `type Query { ${roots.map(rootSdl).join(' ')} }`,
    enums,
    thing,
    unionSdl(),
    valueSdl(false),
    ...names.map((_name, index) => typeSdl(index, fields[index]!, undefined)),
  ].join('\n');
  const federation = composed(subgraphs);
  return (
    federation && {
      federation,
      monolith: monolithSchema(
        sdl,
        resolversOf((index) => fields[index]!, roots, names),
      ),
    }
  );
}

/** Undefined when a field can't be reached. */
export function composed(subgraphs: Record<string, SubgraphFixture>): Federation | undefined {
  try {
    return federate(subgraphs);
  } catch (error) {
    if (error instanceof Error && error.message.includes('cannot be satisfied by the subgraphs')) return undefined;
    throw error;
  }
}

function nameFields(entity: EntityShape, names: readonly string[], subgraphs: number): Named[] {
  const candidates = entity.fields
    .map((shape, index) => ({ shape, name: `f${index}` }))
    .filter(({ shape }) => shape.kind === 'leaf' || shape.kind === 'value');
  return entity.fields.map((shape, index) => {
    const named = {
      leaf: shape.leaf,
      requires: 'String',
      value: 'Value',
      entity: names[shape.target % names.length]!,
      thing: 'Thing',
      any: 'Any',
    }[shape.kind];
    const inner = shape.list ? `[${named}${shape.required ? '!' : ''}]` : named;
    // A required field that fails causes an error at a field that the client didn't select. The monolith has no such errors.
    const possible = candidates.filter(
      (each) =>
        each.shape.owner % subgraphs !== shape.owner % subgraphs && !each.shape.shared && each.shape.fault === 'none',
    );
    const needed = shape.kind === 'requires' ? possible[shape.target % possible.length] : undefined;
    const needsArgument = needed?.shape.argument ? index : undefined;
    const needsParts = needed?.shape.kind === 'value' ? [['a'], ['b'], ['a', 'b']][index % 3]! : [];
    const type = shape.required ? `${inner}!` : inner;
    return { name: `f${index}`, shape, needs: needed?.name, needsArgument, needsParts, type };
  });
}

function fieldValue(
  typename: string,
  parent: Thing,
  { name, shape, needs, needsArgument, needsParts }: Named,
  x: number | undefined,
  fields: readonly Named[],
  names: readonly string[],
): unknown {
  const number = hash(`${typename} ${parent.id} ${name} ${x}`);
  if (shape.fault !== 'none' && Number(parent.id) % 3 === 2) {
    if (shape.fault === 'null') return null;
    throw new GraphQLError(`fault in ${typename}.${name}`);
  }
  const one = (offset: number): unknown => {
    const value = number + offset;
    const id = IDS[value % IDS.length]!;
    switch (shape.kind) {
      case 'leaf':
        return leafValue(shape.leaf, value);
      case 'requires': {
        if (!needs) return `none ${value}`;
        const needed = fields.find((one) => one.name === needs)!;
        // In a subgraph the value comes with the representation; in the monolith it is computed.
        const given =
          needs in parent
            ? parent[needs]
            : quietly(() => fieldValue(typename, parent, needed, needsArgument, fields, names));
        return `saw ${JSON.stringify(partsOf(given, needsParts))}`;
      }
      case 'value':
        return { a: value % 5 === 0 ? null : `a${value}`, b: value };
      case 'entity':
        return { __typename: names[shape.target % names.length], id };
      default:
        return { __typename: names[value % names.length], id };
    }
  };
  return shape.list ? Array.from({ length: number % 4 }, (_, index) => one(index)) : one(0);
}

/** Only the parts that this field requires: a representation also has what other fields require. */
function partsOf(value: unknown, parts: readonly string[]): unknown {
  if (parts.length === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => partsOf(item, parts));
  return parts.map((part) => (value as Record<string, unknown>)[part]);
}

function quietly(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

function leafValue(leaf: FieldShape['leaf'], value: number): unknown {
  return {
    String: `text "${value}" \\ ü\n`,
    Int: value - 500,
    Float: value / 8,
    Boolean: value % 2 === 0,
    ID: `id-${value}`,
    Colour: ['RED', 'GREEN', 'BLUE'][value % 3],
  }[leaf];
}

function hash(text: string): number {
  let value = 7;
  for (const unit of text) value = (value * 31 + unit.charCodeAt(0)) % 1009;
  return value;
}
