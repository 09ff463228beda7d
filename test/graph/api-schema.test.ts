import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import {
  type GraphQLArgument,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
} from 'graphql';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';

/** Something that the explorer and code generators show, with its path. */
type Item = readonly [path: string, description: string | null | undefined];

const schema = loadSupergraphModel(readFileSync(readGatewayConfig([], {}).supergraphFile, 'utf8')).apiSchema;

const argumentsOf = (owner: string, args: readonly GraphQLArgument[]): Item[] =>
  args.map(({ name, description }) => [`${owner}(${name}:)`, description]);

function membersOf(type: GraphQLNamedType): Item[] {
  if (isEnumType(type)) return type.getValues().map(({ name, description }) => [`${type.name}.${name}`, description]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(({ name, description }) => [`${type.name}.${name}`, description]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, description, args }): Item[] => {
    const path = `${type.name}.${name}`;
    return [[path, description], ...argumentsOf(path, args)];
  });
}

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
const items: readonly Item[] = [
  ...types.flatMap((type): Item[] => [[type.name, type.description], ...membersOf(type)]),
  ...directives.flatMap(({ name, description, args }): Item[] => [
    [`@${name}`, description],
    ...argumentsOf(`@${name}`, args),
  ]),
];

test('every type, field, argument, value and directive that clients see has a description', () => {
  expect(items.length).toBeGreaterThan(1_500);
  expect(items.filter(([, description]) => !description?.trim()).map(([path]) => path)).toEqual([]);
});

test('no argument and no input field takes an address that a server could open', () => {
  const inputs = types.flatMap((type): readonly string[] => {
    if (isInputObjectType(type))
      return Object.values(type.getFields()).map(({ name, type: of }) => `${name}: ${getNamedType(of)}`);
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap(({ args }) =>
      args.map(({ name, type: of }) => `${name}: ${getNamedType(of)}`),
    );
  });
  expect(inputs.length).toBeGreaterThan(300);
  const address = /ur[il]|href|link|webhook|callback|host(?!ed)|endpoint|domain|proxy|redirect/i;
  expect(inputs.filter((input) => address.test(input))).toEqual([]);
});

test('every description ends as a sentence', () => {
  expect(items.filter(([, description]) => !/[.)]$/.test(description?.trim() ?? ''))).toEqual([]);
});

test('everything deprecated names its successor', () => {
  const reasons = types.flatMap((type) => deprecationsOf(type));
  expect(reasons.length).toBeGreaterThan(3);
  expect(reasons.filter(([, reason]) => !/`.+`/.test(reason))).toEqual([]);
});

function deprecationsOf(type: GraphQLNamedType): [string, string][] {
  const members = isEnumType(type)
    ? type.getValues()
    : isInputObjectType(type)
      ? Object.values(type.getFields())
      : isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).flatMap((field) => [field, ...field.args])
        : [];
  return members.flatMap(({ name, deprecationReason }) =>
    deprecationReason == null ? [] : [[`${type.name}.${name}`, deprecationReason]],
  );
}

test('a record is read again by the field of its type, or through its owner (decision 0019)', () => {
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {});
  const byId = new Set(
    queries.filter(({ args }) => args.some(({ name }) => name === 'id')).map(({ type }) => getNamedType(type).name),
  );
  const records = types.filter((type) => isObjectType(type) && 'id' in type.getFields()).map(({ name }) => name);
  const owned = [
    [
      'AuditEntry',
      'AuditRefusal',
      'GeofenceEvent',
      'MarketObservation',
      'Payment',
      'RewardEntry',
      'RiskAssessment',
      'SafetyIncident',
      'Session',
    ],
    ['Shift', 'ShipmentChange', 'ShipmentComment', 'ShipmentEvent', 'ShipmentItem', 'Stop', 'WatchlistEntry'],
    // A step of a sign-in, and an export of personal data, which only their answers need.
    ['PersonalData', 'SignInChallenge'],
  ]
    .flat()
    .sort();
  expect(records.filter((name) => !byId.has(name)).sort()).toEqual(owned);
});
