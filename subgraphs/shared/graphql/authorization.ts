import { createRequire } from 'node:module';
import { type GraphQLField, type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';
import { GraphError } from '../errors/errors.ts';
import type { AccountIdentity, Scope } from '../identity/identity.ts';
import { enrolmentRequired, isSteppedUp, mustEnrol, stepUpRequired } from '../identity/step-up.ts';
import type { Role } from '../vocabulary.ts';
import type { BaseContext } from './context.ts';

// The ES module build of graphql-shield imports util.isUndefined, which Node 23 removed. The CommonJS build does not call
// it for the rules used here.
const require = createRequire(import.meta.url);
const { allow, rule, shield }: typeof import('graphql-shield') = require('graphql-shield');
const { applyMiddleware }: typeof import('graphql-middleware') = require('graphql-middleware');

/** This file is the only one that imports graphql-shield. It names the rules and lets errors of resolvers pass. */
type ShieldRule = ReturnType<ReturnType<typeof rule>> | typeof allow;

/** The rules of fields, by type and field. */
export type Rules = Readonly<Record<string, Readonly<Record<string, ShieldRule>>>>;

type Check = (context: BaseContext) => true | GraphError;
interface NamedRule {
  readonly name: string;
  readonly check: Check;
  readonly rule: ShieldRule;
}
/** One rule object per name, because graphql-shield refuses two rules with the same name. The name decides the check. */
const rulesByName = new Map<string, NamedRule>();

function ruleOf(name: string, check: Check): ShieldRule {
  const known = rulesByName.get(name);
  if (known) return known.rule;
  const made = rule(name, { cache: 'contextual' })((_parent, _args, context: BaseContext) => check(context));
  rulesByName.set(name, { name, check, rule: made });
  return made;
}

/** Every caller, signed in or not. */
export const anybody: ShieldRule = allow;

/** A gateway that asks in its own name. */
export const gateways: ShieldRule = ruleOf(
  'gateways',
  ({ identity }) => identity.kind === 'gateway' || new GraphError('FORBIDDEN', 'Only gateways may do this.'),
);

/** A person, also one who must enrol a second factor before anything else. */
export const inPerson: ShieldRule = ruleOf('inPerson', ({ identity }) => {
  if (identity.kind !== 'account') return unauthenticated();
  return identity.credential.kind === 'session' || new GraphError('FORBIDDEN', 'API keys have no second factor.');
});

/** Any signed-in account. */
export const signedIn: ShieldRule = accounts('signedIn', () => undefined);

/** A signed-in person, not a program with an API key of the account. */
export const signedInPerson: ShieldRule = accounts('signedInPerson', ({ credential }) =>
  credential.kind === 'session' ? undefined : 'API keys have no password and no second factor. Sign in instead.',
);

/** An account that holds the scope. */
export function withScope(scope: Scope): ShieldRule {
  return accounts(`scope:${scope}`, ({ scopes }) =>
    scopes.includes(scope)
      ? undefined
      : `Your account lacks the scope ${scope}. Ask an administrator for a role that holds it.`,
  );
}

/** An account that holds at least one of the scopes. */
export function withAnyScope(...allowed: readonly Scope[]): ShieldRule {
  return accounts(`scopes:${allowed.join('|')}`, ({ scopes }) =>
    allowed.some((scope) => scopes.includes(scope))
      ? undefined
      : `Your account needs one of the scopes ${allowed.join(', ')}. Ask an administrator for a role that holds one.`,
  );
}

/** An account that has one of the roles. */
export function withRole(...allowed: readonly Role[]): ShieldRule {
  return accounts(`role:${allowed.join('|')}`, ({ roles }) =>
    roles.some((role) => allowed.includes(role))
      ? undefined
      : `Your account needs one of the roles ${allowed.join(', ')}. Ask an administrator for it.`,
  );
}

/** @param refusal returns a message if the account may not proceed */
function accounts(name: string, refusal: (account: AccountIdentity) => string | undefined): ShieldRule {
  return ruleOf(name, ({ identity }) => {
    if (identity.kind !== 'account') return unauthenticated();
    if (mustEnrol(identity)) return enrolmentRequired();
    const message = refusal(identity);
    return message === undefined || new GraphError('FORBIDDEN', message);
  });
}

/** Kept beside the rules, whose class belongs to graphql-shield. */
const steppedUpRules = new WeakSet<ShieldRule>();

/** A rule, and a recent code of the second factor for accounts that need one. The SDL tags its fields `step-up`. */
export function steppedUp(given: ShieldRule): ShieldRule {
  const first = rulesByName.values().find((known) => known.rule === given);
  if (!first) throw new Error('a rule with a name is required');
  const made = ruleOf(`${first.name}, recent code`, (context) => {
    const allowed = first.check(context);
    if (allowed !== true) return allowed;
    return isSteppedUp(context.identity, context.clock().getTime()) || stepUpRequired();
  });
  steppedUpRules.add(made);
  return made;
}

/** True if a rule requires a recent code. */
export function requiresCode(given: ShieldRule): boolean {
  return steppedUpRules.has(given);
}

function unauthenticated(): GraphError {
  return new GraphError('UNAUTHENTICATED', 'The request has no access token. Sign in and send one.');
}

/** Guards the fields that have a rule. Fields without a rule are as visible as their parent. */
export function guard(schema: GraphQLSchema, rules: Rules): GraphQLSchema {
  const fields = fieldsOf(schema);
  const own = new Map(fields.map(({ path, field: { resolve, subscribe } }) => [path, { resolve, subscribe }]));
  // If a subscription has a `resolve`, graphql-middleware guards that and leaves `subscribe` open to everyone. The rule must
  // guard `subscribe`, so that a caller is refused once and not for each event.
  for (const { field } of fields) if (field.subscribe) delete field.resolve;
  const options = {
    allowExternalErrors: true,
    fallbackRule: allow,
    fallbackError: new GraphError('FORBIDDEN', 'You are not allowed to do this.'),
  };
  const guarded = applyMiddleware(schema, shield(rules, options));
  for (const { path, rule, field } of fieldsOf(guarded, rules)) {
    const { resolve, subscribe } = own.get(path) ?? {};
    if (!rule || subscribe) setResolver(field, 'resolve', resolve);
    // P27: graphql-shield also wraps fields without a rule, with several promises for each value.
    if (!rule) setResolver(field, 'subscribe', subscribe);
  }
  return guarded;
}

interface GuardedField {
  /** Such as `Query.shipments`. */
  readonly path: string;
  readonly rule: ShieldRule | undefined;
  readonly field: GraphQLField<unknown, BaseContext>;
}

/** The fields of all object types. */
function fieldsOf(schema: GraphQLSchema, rules: Rules = {}): GuardedField[] {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return types
    .filter((type) => !isIntrospectionType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({
        path: `${type.name}.${field.name}`,
        rule: rules[type.name]?.[field.name],
        field,
      })),
    );
}

function setResolver<N extends 'resolve' | 'subscribe'>(
  field: GuardedField['field'],
  name: N,
  resolver: GuardedField['field'][N] | undefined,
): void {
  if (resolver) field[name] = resolver;
  else delete field[name];
}
