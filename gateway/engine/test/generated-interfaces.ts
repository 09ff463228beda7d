import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import type { ResolverMap, SubgraphFixture } from './federation.ts';
import { composed, type GeneratedGraph } from './generated-graph.ts';
import { monolithSchema } from './monolith.ts';

/**
 * Small random graphs around one interface. `home` knows its object types. The other subgraphs know it as an object, to which they add fields
 * (`@interfaceObject`). A field's value depends only on the object's id, the field and its argument.
 */
export interface InterfaceShape {
  /** The number of object types. */
  readonly types: number;
  /** How many of the object types also implement the inner interface. */
  readonly inner: number;
  readonly fields: readonly InterfaceFieldShape[];
  readonly roots: readonly { readonly owner: number; readonly kind: 'one' | 'list' | 'object' }[];
}
interface InterfaceFieldShape {
  readonly kind: 'leaf' | 'thing' | 'things' | 'requires' | 'own' | 'inner';
  /** The index of its subgraph; 0 is `home`. */
  readonly owner: number;
  readonly needs: number;
  readonly required: boolean;
  readonly argument: boolean;
  readonly fault: 'none' | 'throws' | 'null';
}

export const interfaceShape: fc.Arbitrary<InterfaceShape> = fc.record({
  types: fc.integer({ min: 2, max: 3 }),
  inner: fc.nat(2),
  fields: fc.array(
    fc.record({
      kind: fc.constantFrom<InterfaceFieldShape['kind'][]>(
        'leaf',
        'leaf',
        'thing',
        'things',
        'requires',
        'requires',
        'own',
        'inner',
      ),
      owner: fc.nat(2),
      needs: fc.nat(7),
      required: fc.boolean(),
      argument: fc.boolean(),
      fault: fc.constantFrom('none', 'none', 'none', 'throws', 'null'),
    }),
    { minLength: 3, maxLength: 8 },
  ),
  roots: fc.array(fc.record({ owner: fc.nat(2), kind: fc.constantFrom('one', 'list', 'list', 'object') }), {
    minLength: 2,
    maxLength: 4,
  }),
});

const IDS = ['0', '1', '2', '3'];

interface Field {
  readonly name: string;
  readonly shape: InterfaceFieldShape;
  /** The type of the field. */
  readonly type: string;
  /** The field that it requires. */
  readonly needs: Field | undefined;
}
interface Thing {
  readonly id: string;
  readonly [required: string]: unknown;
}

/** Undefined when the subgraphs don't compose. */
export function generateInterfaceGraph(shape: InterfaceShape): GeneratedGraph | undefined {
  const names = Array.from({ length: shape.types }, (_, index) => `T${index}`);
  const innerNames = names.slice(0, Math.min(shape.inner, shape.types));
  const nameOf = (id: string): string => names[Number(id) % names.length]!;
  const fields = nameFields(shape.fields);
  const onInterface = fields.filter(({ shape: { kind } }) => kind !== 'own' && kind !== 'inner');
  const all = { owner: 0, kind: 'list' } as const;
  const roots = [all, ...shape.roots].map((root, index) => ({ ...root, name: `${root.kind}${index}` }));
  const rootSdl = ({ name, kind }: (typeof roots)[number]): string =>
    `${name}: ${{ one: 'Thing', list: '[Thing!]', object: kind === 'object' ? 'T0' : '' }[kind]}`;
  const usable = (root: (typeof roots)[number]): boolean => root.owner === 0 || root.kind !== 'object';
  const queries = roots.filter(usable);

  const fieldSdl = ({ name, type, shape: { argument, required } }: Field, suffix = ''): string =>
    `${name}${argument ? '(x: Int = 1)' : ''}: ${type}${required ? '!' : ''}${suffix}`;
  const homeSdl = (own: readonly Field[], federated: boolean): string => {
    const key = federated ? ' @key(fields: "id")' : '';
    const common = [
      'id: ID!',
      ...own.filter((field) => onInterface.includes(field)).map((field) => fieldSdl(field)),
    ].join(' ');
    const inner = own.filter(({ shape: { kind } }) => kind === 'inner').map((field) => fieldSdl(field));
    const implemented =
      innerNames.length > 0 ? [`interface Inner implements Thing${key} { ${common} ${inner.join(' ')} }`] : [];
    const objects = names.map((name, index) => {
      const isInner = innerNames.includes(name);
      const ownFields = own.filter(({ shape: { kind, needs } }) => kind === 'own' && needs % names.length === index);
      const lines = [common, ...(isInner ? inner : []), ...ownFields.map((field) => fieldSdl(field))].join(' ');
      return `type ${name} implements Thing${isInner ? ' & Inner' : ''}${key} { ${lines} }`;
    });
    return [`interface Thing${key} { ${common} }`, ...implemented, ...objects].join('\n');
  };
  /** A subgraph that knows the interfaces as objects has the fields of the outer one also on the inner one. */
  const objectSdl = (owner: number): string => {
    const own = fields.filter((field) => field.shape.owner === owner);
    return ['Thing', ...(innerNames.length > 0 ? ['Inner'] : [])]
      .map((type) => {
        const onType = own.filter((field) => type === 'Inner' || onInterface.includes(field));
        const externals = [...new Set(onType.flatMap(({ needs }) => needs ?? []))];
        const lines = onType.map((field) => {
          const isShared = innerNames.length > 0 && onInterface.includes(field);
          return fieldSdl(
            field,
            `${isShared ? ' @shareable' : ''}${field.needs ? ` @requires(fields: "${field.needs.name}")` : ''}`,
          );
        });
        const all = [...lines, ...externals.map((needed) => fieldSdl(needed, ' @external'))];
        return `type ${type} @key(fields: "id") @interfaceObject { id: ID! ${all.join(' ')} }`;
      })
      .join('\n');
  };

  const computed = (
    id: string,
    { name, shape: { kind, fault }, needs }: Field,
    x: number | undefined,
    given?: unknown,
  ): unknown => {
    const number = hash(`${id} ${name} ${x}`);
    if (fault !== 'none' && Number(id) % 3 === 2) {
      if (fault === 'null') return null;
      throw new GraphQLError(`fault in ${name}`);
    }
    const thing = (offset: number) => {
      const other = IDS[(number + offset) % IDS.length]!;
      return { id: other, __typename: nameOf(other) };
    };
    if (kind === 'thing') return thing(0);
    if (kind === 'things') return Array.from({ length: number % 4 }, (_, index) => thing(index));
    if (kind === 'requires') return needs ? `saw ${JSON.stringify(given)}` : `none ${number}`;
    return `${name} ${number}`;
  };
  const resolve =
    (field: Field, federated: boolean) =>
    (thing: Thing, { x }: { x?: number }) => {
      const { needs } = field;
      const given =
        needs &&
        (federated
          ? thing[needs.name]
          : quietly(() => computed(thing.id, needs, needs.shape.argument ? 1 : undefined)));
      return withoutType(computed(thing.id, field, x, given), federated && field.shape.owner > 0);
    };
  const rootResolver =
    ({ kind }: (typeof roots)[number], isObject: boolean) =>
    () => {
      const thing = (id: string) => ({ id, __typename: nameOf(id) });
      if (kind === 'list') return withoutType(IDS.map(thing), isObject);
      return kind === 'object' ? { id: '0', __typename: 'T0' } : withoutType(thing('1'), isObject);
    };
  const resolversOf = (types: readonly string[], own: readonly Field[], owner: number | undefined): ResolverMap => ({
    Query: Object.fromEntries(
      queries
        .filter((root) => owner === undefined || root.owner === owner)
        .map((root) => [root.name, rootResolver(root, owner !== undefined && owner > 0)]),
    ),
    ...Object.fromEntries(
      types.map((type) => [
        type,
        {
          __resolveReference: (reference: Thing) =>
            owner === 0 ? { ...reference, __typename: nameOf(reference.id) } : reference,
          ...Object.fromEntries(own.map((field) => [field.name, resolve(field, owner !== undefined)])),
        },
      ]),
    ),
  });

  const subgraph = (owner: number): SubgraphFixture => {
    const own = fields.filter((field) => field.shape.owner === owner);
    const ownRoots = queries.filter((root) => root.owner === owner);
    const query = ownRoots.length > 0 ? `type Query { ${ownRoots.map(rootSdl).join(' ')} }` : '';
    const types = owner === 0 ? homeSdl(own, true) : objectSdl(owner);
    const interfaces = innerNames.length > 0 ? ['Thing', 'Inner'] : ['Thing'];
    const resolvers = resolversOf(owner === 0 ? [...interfaces, ...names] : interfaces, own, owner);
    return { sdl: `${query}\n${types}`, resolvers };
  };
  const federation = composed({ home: subgraph(0), s1: subgraph(1), s2: subgraph(2) });
  const sdl = `type Query { ${queries.map(rootSdl).join(' ')} }\n${homeSdl(fields, false)}`;
  return federation && { federation, monolith: monolithSchema(sdl, resolversOf(names, fields, undefined)) };
}

/** Names the fields. Fields of object types belong to `home`; a required field belongs to another subgraph than the field that requires it. */
function nameFields(shapes: readonly InterfaceFieldShape[]): Field[] {
  const fields: Field[] = [{ name: 'label', shape: plain, type: 'String', needs: undefined }];
  for (const [index, given] of shapes.entries()) {
    // When a non-null field fails, the object's type is lost too, since both are in the same fetch.
    const fault = given.required ? 'none' : given.fault;
    const leads = given.kind === 'thing' || given.kind === 'things';
    const shape = {
      ...given,
      fault,
      argument: given.argument && !leads,
      owner: given.kind === 'own' ? 0 : given.owner,
    } as const;
    const candidates = fields.filter(
      (field) => field.shape.kind === 'leaf' && field.shape.owner !== shape.owner && field.shape.fault === 'none',
    );
    const needs =
      shape.kind === 'requires' && shape.owner > 0 ? candidates[shape.needs % candidates.length] : undefined;
    const type = { thing: 'Thing', things: '[Thing]' }[shape.kind as string] ?? 'String';
    fields.push({ name: `f${index}`, shape, type, needs });
  }
  return fields;
}

const plain: InterfaceFieldShape = {
  kind: 'leaf',
  owner: 0,
  needs: 0,
  required: false,
  argument: false,
  fault: 'none',
};

/** The value as a subgraph sends it that doesn't know the object types. */
function withoutType(value: unknown, isObject: boolean): unknown {
  if (!isObject) return value;
  if (Array.isArray(value)) return value.map((item) => withoutType(item, true));
  return typeof value === 'object' && value !== null && 'id' in value ? { id: value.id } : value;
}

function quietly(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

function hash(text: string): number {
  let value = 7;
  for (const unit of text) value = (value * 31 + unit.charCodeAt(0)) % 1009;
  return value;
}
