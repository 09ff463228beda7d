import { describe, expect, test } from '@jest/globals';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { type Scope, scopesOf, scopesOfKeys } from '#shared/identity/identity.ts';
import { contractOf } from '../gateway/access/documents/contracts.ts';
import { isSatisfied, anonymous as withoutGrants } from '../gateway/engine/authorization/requirements.ts';
import { anonymous } from '../subgraphs/shared/identity/identity.ts';
import { somebody } from '../subgraphs/shared/test/harness.ts';
import { codesListedIn } from '../subgraphs/shared/test/listed-codes.ts';
import type { Role } from '../subgraphs/shared/vocabulary.ts';
import { rowsOf, type Viewer, viewersOfRow } from './graph/permissions/table.ts';
import { readSchemas } from './graph/schemas.ts';

/** What exists for callers outside the company: everything that one of them may use, and nothing else. */

const { model, tags, schemaUnder } = readSchemas();

interface Audience {
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** The scopes of each principal of this audience. */
  readonly principals: readonly (readonly Scope[])[];
  /** Its columns in the table of permissions. */
  readonly viewers: readonly Viewer[];
  /** Tags of what it lacks although no scope says so. */
  readonly lacks: readonly string[];
}

const as = (...roles: Role[]) => schemaUnder(contractOf(somebody(roles)));
const each = (...roles: Role[]) => roles.map((role) => scopesOf([role]));

const audiences: readonly Audience[] = [
  {
    ...{
      name: 'partners',
      schema: as('PARTNER'),
      viewers: ['PARTNER', 'KEY'],
      lacks: ['internal', 'drivers', 'customers'],
    },
    principals: [...each('PARTNER'), scopesOfKeys],
  },
  {
    ...{ name: 'partners who are customers', schema: as('PARTNER', 'CUSTOMER'), lacks: ['internal', 'drivers'] },
    ...{ principals: [scopesOf(['PARTNER', 'CUSTOMER'])], viewers: ['PARTNER', 'KEY', 'CUSTOMER'] },
  },
  {
    ...{ name: 'customers and drivers', schema: as('CUSTOMER'), lacks: ['internal'] },
    ...{ principals: each('CUSTOMER', 'DRIVER'), viewers: ['CUSTOMER', 'DRIVER'] },
  },
  {
    ...{ name: 'anonymous callers, who may sign in', schema: schemaUnder(contractOf(anonymous)), lacks: ['internal'] },
    ...{ principals: each('PARTNER', 'CUSTOMER', 'DRIVER'), viewers: ['PARTNER', 'CUSTOMER', 'DRIVER'] },
  },
];
const cases = audiences.map((audience) => [audience.name, audience] as const);

/** The coordinates of every field, argument, input field and value of a schema. */
const elementsOf = (schema: GraphQLSchema): string[] => Object.values(schema.getTypeMap()).flatMap(membersOf);

function membersOf(type: GraphQLNamedType): string[] {
  if (type.name.startsWith('__')) return [];
  if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
  if (isInputObjectType(type)) return Object.keys(type.getFields()).map((name) => `${type.name}.${name}`);
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, args }) => [
    `${type.name}.${name}`,
    ...args.map((argument) => `${type.name}.${name}(${argument.name}:)`),
  ]);
}

/** A type of a built schema has a name. */
const namedTypeOf = (type: GraphQLType): GraphQLNamedType => getNamedType(type)!;

/** The elements that an operation of a principal can use: it reaches them by fields whose requirements the scopes satisfy. */
function usableWith(scopes: readonly Scope[], hidden: ReadonlySet<string>): Set<string> {
  const grants = { ...withoutGrants, authenticated: true, scopes: new Set<string>(scopes) };
  const mayUse = (coordinate: string) =>
    !hidden.has(coordinate) && (model.requirements.get(coordinate) ?? []).every((one) => isSatisfied(one, grants));
  const used = new Set<string>();
  const seen = new Set<GraphQLNamedType>();
  const { apiSchema } = model;
  const waiting: GraphQLNamedType[] = [
    apiSchema.getQueryType()!,
    apiSchema.getMutationType()!,
    apiSchema.getSubscriptionType()!,
  ];
  for (let type = waiting.pop(); type; type = waiting.pop()) {
    if (seen.has(type) || !mayUse(type.name)) continue;
    seen.add(type);
    if (isUnionType(type)) waiting.push(...type.getTypes());
    for (const name of isEnumType(type) ? membersOf(type) : []) if (mayUse(name)) used.add(name);
    for (const field of isObjectType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : []) {
      const coordinate = `${type.name}.${field.name}`;
      if (!mayUse(coordinate) || !mayUse(namedTypeOf(field.type).name)) continue;
      used.add(coordinate);
      waiting.push(namedTypeOf(field.type));
      for (const argument of 'args' in field ? field.args : []) {
        if (!mayUse(`${coordinate}(${argument.name}:)`)) continue;
        used.add(`${coordinate}(${argument.name}:)`);
        waiting.push(namedTypeOf(argument.type));
      }
    }
  }
  return used;
}

/** The codes that mutations give today. */
function codesOf(schema: GraphQLSchema): string[] {
  const codes = schema.getType('UserErrorCode');
  const values = isEnumType(codes) ? codes.getValues() : [];
  return values.flatMap(({ name, deprecationReason }) => (deprecationReason == null ? [name] : []));
}

/** The codes that the mutations of a schema list. */
function refusalsIn(schema: GraphQLSchema): Set<string> {
  const mutations = Object.values(schema.getMutationType()!.getFields());
  return new Set(mutations.flatMap(({ description }) => codesListedIn(description)));
}

describe.each(cases)('the schema of %s', (_name, { schema, principals, viewers, lacks }) => {
  const hidden = new Set(lacks.flatMap((tag) => [...tags.get(tag)!]));

  test('has every element that one of them may use, and no other', () => {
    const usable = new Set(principals.flatMap((scopes) => [...usableWith(scopes, hidden)]));
    const shown = new Set(elementsOf(schema).filter((element) => !element.endsWith('._service')));
    expect(shown.size).toBeGreaterThan(500);
    expect([...shown.symmetricDifference(usable)]).toEqual([]);
  });

  test('has no field of a record that none of them ever sees', () => {
    const fields = elementsOf(schema).filter((element) => !element.includes('('));
    const unseen = fields.filter((element) => {
      const [type = '', field = ''] = element.split('.');
      const rows = rowsOf(type, field);
      return rows.length > 0 && !rows.some((row) => viewersOfRow(row).some((viewer) => viewers.includes(viewer)));
    });
    expect(unseen).toEqual([]);
  });

  test('has the codes with which one of their mutations can be refused, and no other', () => {
    // What only partners are told shows to customers and drivers no more than a word.
    const known = new Set([...refusalsIn(schema), ...(lacks.length === 1 ? refusalsIn(as('PARTNER')) : [])]);
    const codes = new Set(codesOf(schema));
    expect([...refusalsIn(schema)].filter((code) => !codes.has(code))).toEqual([]);
    expect([...codes].filter((code) => !known.has(code))).toEqual([]);
  });
});

describe('a tag', () => {
  /** Elements that are no field of an object have no other guard: the subgraph refuses the value, or never returns it. */
  const fieldsWith = (tag: string) =>
    [...tags.get(tag)!].filter((coordinate) => isObjectType(model.apiSchema.getType(coordinate.split('.')[0]!)));
  const viewersOf = (coordinate: string): Viewer[] => {
    const [type = '', field = ''] = coordinate.split('.');
    return rowsOf(type, field).flatMap(viewersOfRow);
  };

  test.each([
    ['internal', []],
    ['drivers', ['DRIVER']],
    ['customers', ['CUSTOMER']],
  ] as const)('%s hides only what the subgraphs withhold', (tag, others) => {
    const known: readonly Viewer[] = others;
    const fields = fieldsWith(tag);
    expect(fields.filter((field) => viewersOf(field).some((viewer) => !known.includes(viewer)))).toEqual([]);
  });
});

test('staff see every element', () => {
  for (const role of ['ADMIN', 'DISPATCHER', 'ANALYST'] as const) {
    expect(elementsOf(as(role)).toSorted()).toEqual(elementsOf(model.apiSchema).toSorted());
  }
});
