import { expect, test } from '@jest/globals';
import { buildSchema, printSchema, validateSchema } from 'graphql';
import { contractSchema } from '../documents/contract-schema.ts';

const schema = buildSchema(`
  type Query { open(kind: Kind, sort: Sort = LATEST, order: Sort = OLDEST): Node needy(secret: Secret!): String found: [Found!]! hidden: Hidden lone: Lone }
  type Mutation { change(input: Change!): Boolean replace(input: Replace!): Boolean }
  interface Node { id: ID! note: String cost: Int }
  type Shown implements Node { id: ID! note: String cost: Int }
  type Hidden implements Node { id: ID! note: String cost: Int reason: Reason }
  type Lone { only: Int }
  union Found = Shown | Hidden
  enum Kind { A B }
  enum Sort { LATEST OLDEST }
  enum Reason { FRAUD }
  scalar Secret
  input Change { name: String! token: String code: Secret }
  input Replace { name: String! code: Secret! }
`);

const hide = (...hidden: string[]) => {
  const made = contractSchema(schema, hidden);
  expect(validateSchema(made)).toEqual([]);
  return printSchema(made);
};

test('without hidden elements the schema is the same', () => {
  expect(hide()).toBe(printSchema(schema));
});

test('a hidden type takes the fields of that type, its place in unions, and the types that only it uses with it', () => {
  const made = hide('Hidden');
  expect(made).not.toMatch(/hidden|Hidden|Reason/);
  expect(made).toMatch(/union Found = Shown\n/);
});

test('a hidden argument or input field vanishes; if it is required, so does what requires it', () => {
  expect(hide('Query.open(kind:)')).not.toMatch(/Kind/);
  expect(hide('Change.token')).toMatch(/input Change \{\n {2}name: String!\n {2}code: Secret\n\}/);
  const made = hide('Secret');
  expect(made).not.toMatch(/needy|Secret|replace|Replace|code/);
  expect(made).toMatch(/change\(input: Change!\)/);
});

test('a hidden enum value vanishes, with arguments whose default it is', () => {
  const made = hide('Sort.LATEST', 'Kind.B');
  expect(made).toMatch(/open\(kind: Kind, order: Sort = OLDEST\)/);
  expect(made).toMatch(/enum Kind \{\n {2}A\n\}/);
});

test('a type without members vanishes', () => {
  expect(hide('Lone.only')).not.toMatch(/lone|Lone/);
  expect(hide('Mutation.change', 'Mutation.replace')).not.toMatch(/Mutation|Change|Replace/);
});

test('a field that is hidden in a type is hidden in the interfaces of the type too', () => {
  expect(hide('Shown.cost')).toMatch(/interface Node \{\n {2}id: ID!\n {2}note: String\n\}/);
});

test('a type that only implements an interface of other types is unreachable once its field is hidden', () => {
  const entities = buildSchema(`
    type Query { shown: Shown lone: Lone }
    interface Entity { id: ID! }
    type Shown implements Entity { id: ID! }
    type Lone implements Entity { id: ID! }
  `);
  expect(printSchema(contractSchema(entities, ['Query.lone']))).not.toMatch(/Lone/);
  expect(printSchema(contractSchema(entities, ['Query.lone']))).toMatch(/type Shown implements Entity/);
});
