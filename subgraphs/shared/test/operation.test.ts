import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execute, type GraphQLSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { operationOf } from './operation.ts';
import { runs } from './random.ts';

/** A compiled operation has the results of graphql-js. */
interface Node {
  readonly seed: number;
}

/** A value that depends on the node alone: most have children, some are null, fail or are late. */
function outcome(seed: number, salt: number): 'value' | 'null' | 'error' {
  const kind = Math.abs(Math.imul(seed * 31 + salt, 2_654_435_761) >> 8) % 9;
  if (kind === 0) return 'null';
  return kind === 1 ? 'error' : 'value';
}

const child = (seed: number, salt: number): Node => ({ seed: Math.imul(seed + salt + 1, 48_271) % 65_521 });

function resolved(salt: number, value: (node: Node) => unknown) {
  return (node: Node) => {
    const kind = outcome(node.seed, salt);
    const late = (node.seed + salt) % 3 === 0;
    if (kind === 'error' && !late) throw new Error(`failed ${salt}`);
    const given = kind === 'null' ? null : value(node);
    if (!late) return given;
    return kind === 'error' ? Promise.reject(new Error(`failed ${salt}`)) : Promise.resolve(given);
  };
}

const fields = {
  maybe: resolved(1, (node) => child(node.seed, 1)),
  sure: resolved(2, (node) => child(node.seed, 2)),
  some: resolved(3, (node) => [child(node.seed, 3), Promise.resolve(child(node.seed, 4)), null]),
  all: resolved(4, (node) => [child(node.seed, 5), child(node.seed, 6)]),
  other: resolved(5, (node) => ({ __typename: node.seed % 2 === 0 ? 'Even' : 'Odd', ...child(node.seed, 7) })),
  number: resolved(6, (node) => node.seed),
  text: resolved(7, (node) => `text ${node.seed}`),
  echo: (_node: Node, { list, text }: { list: readonly number[] | null; text: string }) => `${text} ${list?.join()}`,
};

const schema = buildSubgraphSchema({
  typeDefs: parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { node: Even! other: Other late: Even plain: Plain }
    type Mutation { add(by: Int!): Int! }
    interface Other { maybe: Odd sure: Even! some: [Odd] all: [Even!]! other: Other number: Int! text: String echo(list: [Int!], text: String! = "none"): String! }
    type Even implements Other @key(fields: "number") { maybe: Odd sure: Even! some: [Odd] all: [Even!]! other: Other number: Int! text: String echo(list: [Int!], text: String! = "none"): String! }
    type Odd implements Other { maybe: Odd sure: Even! some: [Odd] all: [Even!]! other: Other number: Int! text: String echo(list: [Int!], text: String! = "none"): String! }
    type Plain { value: Int method(by: Int! = 2): Int }
  `),
  resolvers: {
    Query: {
      node: (root: Node | undefined) => child(root?.seed ?? 0, 0),
      other: (root: Node | undefined) => ({ __typename: 'Odd', ...child(root?.seed ?? 0, 1) }),
      late: async (root: Node | undefined) => child(root?.seed ?? 0, 2),
      plain: () => ({ value: 3, method: ({ by }: { by: number }) => 3 * by }),
    },
    Even: { ...fields, __resolveReference: ({ number }: { number: number }) => ({ seed: number }) },
    Odd: fields,
  },
});

interface Result {
  readonly data: unknown;
  readonly errors: readonly string[];
}

async function bothResults(
  source: string,
  values: { rootValue?: unknown; variableValues?: Record<string, unknown> } = {},
  executed: GraphQLSchema = schema,
): Promise<{ ours: Result; theirs: Result }> {
  const document = parse(source);
  expect(validate(executed, document)).toEqual([]);
  const theirs = await execute({ schema: executed, document, ...values });
  const ours = await operationOf(executed, source).execute(values);
  return { ours: readable(ours), theirs: readable(theirs) };
}

/** With the order of keys, which clients see. */
function readable({ data, errors = [] }: Awaited<ReturnType<typeof execute>>): Result {
  const texts = errors.map(({ message, path, locations }) => JSON.stringify({ message, path, locations }));
  return { data: JSON.stringify(data), errors: texts.toSorted() };
}

/** Random selections of an object, some behind `@include`, fragments and aliases. */
const selections: fc.Arbitrary<string> = fc.letrec<{ set: string; field: string }>((tie) => ({
  set: fc
    .array(tie('field'), { minLength: 1, maxLength: 4 })
    .map((given) => `{ ${given.map((field, index) => field.replaceAll('#', `a${index}`)).join(' ')} }`),
  field: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.constantFrom(
      '#: number',
      '#: text',
      '__typename',
      '#: echo(list: [1, 2])',
      '#: echo(text: $text)',
      'text @include(if: $yes)',
    ),
    fc
      .tuple(fc.constantFrom('maybe', 'sure', 'some', 'all', 'other'), fc.boolean(), tie('set'))
      .map(([name, hasAlias, set]) => `${hasAlias ? '#: ' : `${name}: `}${name} ${set}`),
    tie('set').map((set) => `... on Other @skip(if: $no) ${set}`),
    tie('set').map((set) => `... on Even ${set}`),
  ),
})).set;

test('random operations have the data and the errors of graphql-js', async () => {
  let withErrors = 0;
  await fc.assert(
    fc.asyncProperty(selections, fc.nat(10_000), fc.boolean(), fc.boolean(), async (set, seed, yes, no) => {
      const source = `query ($yes: Boolean!, $no: Boolean!, $text: String!) { node ${set} other ${set} late ${set} }`;
      const values = { rootValue: { seed }, variableValues: { yes, no, text: 'given' } };
      const used = ['yes', 'no', 'text'].filter((name) => set.includes(`$${name}`));
      const declared = source.replace(/\(.*?\)/, declarations(used));
      fc.pre(validate(schema, parse(declared)).length === 0);
      const { ours, theirs } = await bothResults(declared, values);
      expect(ours.data).toBe(theirs.data);
      // Of several errors that make the same object null, the first counts, and promises settle in another order.
      expect(nullsOf(ours)).toEqual(nullsOf(theirs));
      if (ours.errors.length > 0) withErrors += 1;
    }),
    { numRuns: runs(200) },
  );
  expect(withErrors).toBeGreaterThan(20);
});

/** Where the errors of a result have left null. */
function nullsOf({ data, errors }: Result): readonly string[] {
  const root: unknown = JSON.parse(String(data));
  const nulls = errors.map((error) => {
    const { path } = JSON.parse(error) as { path: readonly string[] };
    let value = root as Record<string, unknown> | null;
    const isNull = (key: string): boolean => {
      value = value?.[key] as typeof value;
      return value === null;
    };
    return path.slice(0, path.findIndex(isNull) + 1).join('.');
  });
  return [...new Set(nulls)].toSorted();
}

function declarations(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `(${names.map((name) => `$${name}: ${name === 'text' ? 'String!' : 'Boolean!'}`).join(', ')})`;
}

describe('these operations have the result of graphql-js:', () => {
  test.each<[string, string, Record<string, unknown>?]>([
    ['introspection', getIntrospectionQuery()],
    [
      'entities',
      '{ _entities(representations: [{ __typename: "Even", number: 4 }, { __typename: "Even", number: 5 }]) { ... on Even { number text } } }',
    ],
    ['an unknown type of entity', '{ _entities(representations: [{ __typename: "None" }]) { __typename } }'],
    ['a method as a property', '{ plain { value method other: method(by: 5) } }'],
    ['the key __proto__', '{ __proto__: __typename plain { __proto__: value value } }'],
    [
      'one field in several fragments',
      '{ node { number ... A ... A } ...B } fragment A on Even { number maybe { text } } fragment B on Query { node { maybe { number } } }',
    ],
    [
      'variables with defaults',
      'query ($list: [Int!] = [7], $text: String = "default") { node { echo(list: $list, text: $text) } }',
    ],
    ['a variable that is absent', 'query ($list: [Int!]) { node { echo(list: $list) } }', {}],
    ['a variable that is null', 'query ($list: [Int!]) { node { echo(list: $list) } }', { list: null }],
    ['null for an argument with a default', 'query ($text: String) { node { echo(text: $text) } }', { text: null }],
    ['a variable of another type', 'query ($list: [Int!]!) { node { echo(list: $list) } }', { list: ['x'] }],
    ['a missing variable', 'query ($list: [Int!]!) { node { echo(list: $list) } }', {}],
    [
      'conditions with defaults',
      'query ($a: Boolean = true, $b: Boolean = false) { node { number @skip(if: $a) text @include(if: $b) __typename } }',
    ],
  ])('%s', async (_title, source, variableValues = {}) => {
    const { ours, theirs } = await bothResults(source, { variableValues });
    expect(ours).toEqual(theirs);
  });

  test('one operation with both values of a condition', async () => {
    const operation = operationOf(schema, 'query ($yes: Boolean!) { plain { value @include(if: $yes) __typename } }');
    expect(await operation.execute({ variableValues: { yes: true } })).toEqual({
      data: { plain: { value: 3, __typename: 'Plain' } },
    });
    expect(await operation.execute({ variableValues: { yes: false } })).toEqual({
      data: { plain: { __typename: 'Plain' } },
    });
  });
});

test('the fields of a mutation run one after another, each after the promises of the one before', async () => {
  const order: string[] = [];
  const counting = buildSubgraphSchema({
    typeDefs: parse('type Query { a: Int } type Mutation { add(by: Int!): Sum! } type Sum { by: Int! }'),
    resolvers: {
      Mutation: {
        add: async (_root: unknown, { by }: { by: number }) => {
          order.push(`begin ${by}`);
          await Promise.resolve();
          if (by === 2) throw new Error('refused');
          return { by };
        },
      },
      Sum: { by: async ({ by }: { by: number }) => order.push(`end ${by}`) && by },
    },
  });
  const source = 'mutation { a: add(by: 1) { by } b: add(by: 3) { by } }';
  const { ours, theirs } = await bothResults(source, {}, counting);
  expect(ours).toEqual(theirs);
  expect(order.slice(-4)).toEqual(['begin 1', 'end 1', 'begin 3', 'end 3']);
  // A non-null field that fails ends the mutation: later fields do not run.
  order.length = 0;
  const { data } = await operationOf(counting, 'mutation { a: add(by: 2) { by } b: add(by: 3) { by } }').execute({});
  expect(data).toBeNull();
  expect(order).toEqual(['begin 2']);
});

test('a thenable that calls back at once is awaited like a promise', async () => {
  // biome-ignore lint/suspicious/noThenProperty: libraries return such objects
  const at: PromiseLike<number> = { then: (resolve) => Promise.resolve(resolve?.(5) as never) }; // of any type of result
  const eager = buildSubgraphSchema({
    typeDefs: parse('type Query { a: Int b: Int }'),
    resolvers: { Query: { a: () => at, b: async () => 6 } },
  });
  expect(await operationOf(eager, '{ a b }').execute({})).toEqual({ data: { a: 5, b: 6 } });
});

test('an operation without promises has its result at once', () => {
  expect(operationOf(schema, '{ plain { value } }').execute({})).toEqual({ data: { plain: { value: 3 } } });
});

test('fragments that double many times cost only what the data has', async () => {
  const doubling = Array.from(
    { length: 40 },
    (_, depth) =>
      `fragment F${depth} on Plain { ${depth === 39 ? 'value' : `...F${depth + 1} ... on Plain { ...F${depth + 1} }`} }`,
  );
  const { data } = await operationOf(schema, `{ plain { ...F0 } } ${doubling.join(' ')}`).execute({});
  expect(data).toEqual({ plain: { value: 3 } });
});
