import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type FieldDefinitionNode, type InputValueDefinitionNode, Kind, parse, print, type TypeNode } from 'graphql';
import { anybody, inPerson, type Rules, requiresCode } from '#shared/graphql/authorization.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

/** The gateway refuses by the tags of the SDL, the subgraph by its rules. */
const root = new URL('../', import.meta.url);
const subgraphs = readSupergraphYaml().map(({ name, schemaFile }) => [name, schemaFile] as const);
const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);

/** The fields of a subgraph that clients see, with their types. */
function fieldsOf(schemaFile: string): { readonly type: string; readonly field: FieldDefinitionNode }[] {
  return parse(readFileSync(new URL(schemaFile, root), 'utf8')).definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION
      ? (node.fields ?? [])
          .filter(({ directives = [] }) => !directives.some(({ name }) => name.value === 'inaccessible'))
          .map((field) => ({ type: node.name.value, field }))
      : [],
  );
}

function rootFieldsOf(schemaFile: string) {
  return fieldsOf(schemaFile).filter(({ type }) => rootTypes.has(type));
}

const isTagged = ({ directives = [] }: FieldDefinitionNode | InputValueDefinitionNode, tag: string) =>
  directives.some(({ arguments: args = [] }) =>
    args.some(({ value }) => value.kind === Kind.STRING && value.value === tag),
  );

async function rulesOf(name: string): Promise<Rules> {
  const { rules }: { rules: Rules } = await import(`../subgraphs/${name}/rules.ts`);
  return rules;
}

test.each(subgraphs)(
  '%s: the fields that need a recent code are the same for the gateway and the subgraph',
  async (name, schemaFile) => {
    const rules = await rulesOf(name);
    for (const { type, field } of rootFieldsOf(schemaFile)) {
      const rule = rules[type]?.[field.name.value];
      const path = `${type}.${field.name.value}`;
      expect([path, rule !== undefined && requiresCode(rule)]).toEqual([path, isTagged(field, 'step-up')]);
    }
  },
);

test.each(subgraphs)('%s: so are the fields for accounts that must enrol a second factor', async (name, schemaFile) => {
  const rules = await rulesOf(name);
  for (const { type, field } of rootFieldsOf(schemaFile)) {
    const rule = rules[type]?.[field.name.value];
    const path = `${type}.${field.name.value}`;
    expect([path, rule === anybody || rule === inPerson]).toEqual([path, isTagged(field, 'while-enrolling')]);
  }
});

test('roles, tiers, keys, payments, accounts and refused supergraphs change with a recent code only', () => {
  const tagged = subgraphs.flatMap(([, schemaFile]) =>
    rootFieldsOf(schemaFile).filter(({ field }) => isTagged(field, 'step-up')),
  );
  expect(tagged.map(({ field }) => field.name.value).sort()).toEqual(
    [
      ['acceptSupergraph', 'changeAccountRoles', 'changeOrganizationTier', 'createApiKey', 'createOrganization'],
      [
        'deactivateAccount',
        'erasePersonalData',
        'exportPersonalData',
        'recordPayment',
        'registerAccount',
        'resetSecondFactor',
        'revokeApiKey',
        'rotateApiKey',
      ],
      ['updateOrganization'],
    ].flat(),
  );
});

test('staff need one of their networks for what needs a recent code or a scope of administration, at any depth', () => {
  const fields = subgraphs.flatMap(([, schemaFile]) => fieldsOf(schemaFile));
  const namesOf = (given: typeof fields) => given.map(({ field }) => field.name.value).sort();
  // Everybody may export the own data; the test below has the accounts of others.
  const isAdministration = (field: FieldDefinitionNode) =>
    (isTagged(field, 'step-up') && field.name.value !== 'exportPersonalData') ||
    /scopes: .*"access:(write|keys|documents)"/.test(directivesOf(field, 'requiresScopes'));
  const tagged = namesOf(fields.filter(({ field }) => isTagged(field, 'staff-network')));
  expect(tagged).toEqual(namesOf(fields.filter(({ field }) => isAdministration(field))));
  expect(tagged).toEqual(
    expect.arrayContaining([
      'auditEntries',
      'apiKeys',
      'documents',
      'createApiKey',
      'registerDocuments',
      'deactivateAccount',
      'recordPayment',
      'acceptSupergraph',
    ]),
  );
});

test('staff need one of their networks to name another account in a mutation that everybody may use for the own one', () => {
  const inputs = subgraphs.flatMap(([, schemaFile]) => {
    const { definitions } = parse(readFileSync(new URL(schemaFile, root), 'utf8'));
    const open = rootFieldsOf(schemaFile).filter(
      ({ type, field }) =>
        type === 'Mutation' && !isTagged(field, 'staff-network') && directivesOf(field, 'requiresScopes') === '',
    );
    const types = new Set(open.flatMap(({ field }) => (field.arguments ?? []).map(({ type }) => nameOf(type))));
    return definitions.flatMap((node) =>
      node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && types.has(node.name.value)
        ? (node.fields ?? []).map((field) => ({ path: `${node.name.value}.${field.name.value}`, field }))
        : [],
    );
  });
  const naming = inputs.filter(({ path }) => /\.(account|organization)Ids?$/.test(path));
  expect(naming.map(({ path }) => path)).toEqual(['EndSessionsInput.accountId', 'ExportPersonalDataInput.accountId']);
  expect(inputs.filter(({ field }) => isTagged(field, 'staff-network'))).toEqual(naming);
});

test('staff need one of their networks to read how another account signs in', () => {
  const fields = subgraphs.flatMap(([, schemaFile]) => fieldsOf(schemaFile));
  const tagged = (tag: string) =>
    fields.filter(({ field }) => isTagged(field, tag)).map(({ type, field }) => `${type}.${field.name.value}`);
  expect(tagged('staff-network-for-others')).toEqual(['Account.secondFactor', 'Account.sessions']);
  // Payloads of `endSessions` and `resetSecondFactor` have another account only if the mutation could name it.
  expect(tagged('own-account')).toEqual([
    'Query.viewer',
    ...['SessionPayload.viewer', 'ConfirmSecondFactorPayload.viewer', 'StepUpPayload.viewer'],
    ...['SecondFactorPayload.account', 'ChangePasswordPayload.account', 'EndSessionsPayload.account'],
  ]);
});

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

/** The text of the directives with this name. */
function directivesOf({ directives = [] }: FieldDefinitionNode, name: string): string {
  return directives
    .filter((directive) => directive.name.value === name)
    .map(print)
    .join(' ');
}
