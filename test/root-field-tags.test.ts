import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type FieldDefinitionNode, Kind, parse, print } from 'graphql';
import { anybody, inPerson, type Rules, requiresCode } from '#shared/graphql/authorization.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

/** The gateway refuses by the tags of the SDL, the subgraph by its rules. */
const root = new URL('../', import.meta.url);
const subgraphs = readSupergraphYaml().map(({ name, schemaFile }) => [name, schemaFile] as const);
const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);

/** The root fields of a subgraph that clients see, with their types. */
function rootFieldsOf(schemaFile: string): { readonly type: string; readonly field: FieldDefinitionNode }[] {
  return parse(readFileSync(new URL(schemaFile, root), 'utf8')).definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && rootTypes.has(node.name.value)
      ? (node.fields ?? [])
          .filter(({ directives = [] }) => !directives.some(({ name }) => name.value === 'inaccessible'))
          .map((field) => ({ type: node.name.value, field }))
      : [],
  );
}

const isTagged = ({ directives = [] }: FieldDefinitionNode, tag: string) =>
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

test('staff need one of their networks for what needs a recent code or the scope access:write', () => {
  const fields = subgraphs.flatMap(([, schemaFile]) => rootFieldsOf(schemaFile));
  const namesOf = (given: typeof fields) => given.map(({ field }) => field.name.value).sort();
  const isAdministration = (field: FieldDefinitionNode) =>
    isTagged(field, 'step-up') || /scopes: .*"access:write"/.test(directivesOf(field, 'requiresScopes'));
  const tagged = namesOf(fields.filter(({ field }) => isTagged(field, 'staff-network')));
  expect(tagged).toEqual(namesOf(fields.filter(({ field }) => isAdministration(field))));
  expect(tagged).toEqual(
    expect.arrayContaining(['auditEntries', 'createApiKey', 'deactivateAccount', 'recordPayment', 'acceptSupergraph']),
  );
});

/** The text of the directives with this name. */
function directivesOf({ directives = [] }: FieldDefinitionNode, name: string): string {
  return directives
    .filter((directive) => directive.name.value === name)
    .map(print)
    .join(' ');
}
