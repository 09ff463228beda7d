import { createRequire } from 'node:module';
import { type GraphQLField, type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';
import { GraphError } from '../errors/errors.ts';
import type { AccountIdentity, Scope } from '../identity/identity.ts';
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

/** Every caller, signed in or not. */
export const anybody: ShieldRule = allow;

/** Any signed-in account. */
export const signedIn: ShieldRule = rule('signedIn', { cache: 'contextual' })(
  (_parent, _args, { identity }: BaseContext) => (identity.kind === 'account' ? true : unauthenticated()),
);

/** A gateway that asks in its own name. */
export const gateways: ShieldRule = rule('gateways', { cache: 'contextual' })(
  (_parent, _args, { identity }: BaseContext) =>
    identity.kind === 'gateway' ? true : new GraphError('FORBIDDEN', 'Only gateways may do this.'),
);

/** An account that holds the scope. */
export function withScope(scope: Scope): ShieldRule {
  return named(`scope:${scope}`, ({ scopes }) =>
    scopes.includes(scope)
      ? undefined
      : `Your account lacks the scope ${scope}. Ask an administrator for a role that holds it.`,
  );
}

/** An account that holds at least one of the scopes. */
export function withAnyScope(...allowed: readonly Scope[]): ShieldRule {
  return named(`scopes:${allowed.join('|')}`, ({ scopes }) =>
    allowed.some((scope) => scopes.includes(scope))
      ? undefined
      : `Your account needs one of the scopes ${allowed.join(', ')}. Ask an administrator for a role that holds one.`,
  );
}

/** An account that has one of the roles. */
export function withRole(...allowed: readonly Role[]): ShieldRule {
  return named(`role:${allowed.join('|')}`, ({ roles }) =>
    roles.some((role) => allowed.includes(role))
      ? undefined
      : `Your account needs one of the roles ${allowed.join(', ')}. Ask an administrator for it.`,
  );
}

const rulesByName = new Map<string, ShieldRule>();

/**
 * One rule object per name, because graphql-shield refuses two rules with the same name.
 * @param refusal returns a message if the account may not proceed
 */
function named(name: string, refusal: (account: AccountIdentity) => string | undefined): ShieldRule {
  const known = rulesByName.get(name);
  if (known) return known;
  const made = rule(name, { cache: 'contextual' })((_parent, _args, { identity }: BaseContext) => {
    if (identity.kind !== 'account') return unauthenticated();
    const message = refusal(identity);
    return message === undefined ? true : new GraphError('FORBIDDEN', message);
  });
  rulesByName.set(name, made);
  return made;
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
