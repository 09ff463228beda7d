import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type ConstDirectiveNode, Kind, parse, valueFromASTUntyped } from 'graphql';
import type { Rules } from '#shared/graphql/authorization.ts';
import { anonymous, gatewayItself, type Identity, scopes, sessionOf } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { somebody } from '#shared/test/harness.ts';
import { roles } from '#shared/vocabulary.ts';

/*
 * The gateway enforces the directives of the SDL, and each subgraph its own rules. Both must admit the same callers, so that
 * neither is the only guard of a field.
 */

type Rule = Rules[string][string];

/** Rules that admit fewer callers than the directive. The SDL can't say them. */
const stricter: Readonly<Record<string, (identity: Identity) => boolean>> = {
  'Mutation.redeemReward': (identity) => identity.kind === 'account' && identity.roles.includes('DRIVER'),
};

/** Fields that clients can't select. Only gateways read them, some in the name of a caller. */
const inNameOfCaller = ['claimIdempotentCall', 'beginIdempotentCall', 'finishIdempotentCall', 'releaseIdempotentCall'];

const callers: readonly (readonly [name: string, identity: Identity])[] = [
  ['nobody', anonymous],
  ['a gateway', gatewayItself],
  ['an account without scopes', { ...somebody(['CUSTOMER']), scopes: [] }],
  ...scopes.map((scope) => [scope, { ...somebody(['CUSTOMER']), scopes: [scope] }] as const),
  ['an administrator without a recent code', somebody(['ADMIN'], { credential: { kind: 'session', needsCode: true } })],
  ...roles.map((role) => [role, somebody([role], { driverId: newId() })] as const),
];

async function admits(rule: Rule | undefined, identity: Identity): Promise<boolean> {
  if (rule === undefined) return true;
  const context = { identity, clock: () => new Date(), _shield: { cache: {} } };
  // graphql-shield calls a rule with the arguments of a resolver. These rules read the context only.
  return (await rule.resolve({}, {}, context, {} as never, { debug: true } as never)) === true;
}

interface Field {
  readonly path: string;
  readonly name: string;
  readonly directives: readonly ConstDirectiveNode[];
}

/** The fields of the SDL that have a directive or are at the root. */
function fieldsOf(sdl: string): Field[] {
  return parse(sdl).definitions.flatMap((node) => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) return [];
    return (node.fields ?? []).map(({ name, directives = [] }) => ({
      path: `${node.name.value}.${name.value}`,
      name: name.value,
      directives,
    }));
  });
}

/** Whom the directives of a field admit. */
function admitted({ path, name, directives }: Field, identity: Identity): boolean {
  const strict = stricter[path];
  if (strict && !strict(identity)) return false;
  const isAccount = identity.kind === 'account';
  return directives.every((directive) => {
    const [argument] = directive.arguments ?? [];
    switch (directive.name.value) {
      case 'authenticated':
        return isAccount;
      case 'requiresScopes': {
        const anyOf = argument ? (valueFromASTUntyped(argument.value) as string[][]) : [];
        const held = new Set<string>(isAccount ? identity.scopes : []);
        return anyOf.some((all) => all.every((scope) => held.has(scope)));
      }
      case 'tag':
        return !(
          isAccount &&
          sessionOf(identity)?.needsCode &&
          argument?.value.kind === Kind.STRING &&
          argument.value.value === 'step-up'
        );
      case 'inaccessible':
        return identity.kind === 'gateway' || inNameOfCaller.includes(name);
      default:
        return true;
    }
  });
}

const root = new URL('../', import.meta.url);
const rootTypes = /^(Query|Mutation|Subscription)\./;

test.each(readSupergraphYaml().map(({ name, schemaFile }) => [name, schemaFile] as const))(
  'the directives and the rules of %s admit the same callers to each field',
  async (name, schemaFile) => {
    const { rules } = (await import(`../subgraphs/${name}/rules.ts`)) as { rules: Rules };
    const fields = fieldsOf(readFileSync(new URL(schemaFile, root), 'utf8'));
    const faults: string[] = [];
    for (const field of fields) {
      const [type = '', own = ''] = field.path.split('.');
      const rule = rules[type]?.[own];
      if (rootTypes.test(field.path) && !rule) faults.push(`${field.path} has no rule`);
      for (const [caller, identity] of callers) {
        const [sdl, subgraph] = [admitted(field, identity), await admits(rule, identity)];
        if (sdl !== subgraph) faults.push(`${field.path}: SDL ${sdl}, rule ${subgraph} for ${caller}`);
      }
    }
    expect(faults).toEqual([]);
    // A rule without its field guards nothing.
    const paths = new Set(fields.map(({ path }) => path));
    const ruled = Object.entries(rules).flatMap(([type, own]) => Object.keys(own).map((field) => `${type}.${field}`));
    expect(ruled.filter((path) => !paths.has(path))).toEqual([]);
  },
);
