import { createRequire } from 'node:module';
import type { GraphQLSchema } from 'graphql';
import type { BaseContext } from './context.ts';
import { GraphError } from './errors.ts';
import { hasScope, type Role, type Scope } from './identity.ts';

// Its ES module build imports util.isUndefined, which Node removed in version 23; the CommonJS build never calls it for
// the rules used here.
const require = createRequire(import.meta.url);
const { allow, rule, shield }: typeof import('graphql-shield') = require('graphql-shield');
const { applyMiddleware }: typeof import('graphql-middleware') = require('graphql-middleware');

/** The only file that knows graphql-shield: rules have names of their own, and errors of resolvers pass through it. */
export type Rules = NonNullable<Parameters<typeof shield>[0]>;
type ShieldRule = ReturnType<ReturnType<typeof rule>> | typeof allow;

/** Anybody, signed in or not. */
export const anybody: ShieldRule = allow;

/** Any signed-in account. */
export const signedIn: ShieldRule = rule('signedIn', { cache: 'contextual' })(
  (_parent, _args, { identity }: BaseContext) => (identity.kind === 'account' ? true : unauthenticated()),
);

/** An account that holds the scope. */
export function withScope(scope: Scope): ShieldRule {
  return rule(`scope:${scope}`, { cache: 'contextual' })((_parent, _args, { identity }: BaseContext) => {
    if (identity.kind !== 'account') return unauthenticated();
    return hasScope(identity, scope)
      ? true
      : new GraphError('FORBIDDEN', `The scope ${scope} is required; this account does not hold it.`);
  });
}

/** An account that holds at least one of the scopes. */
export function withAnyScope(...allowed: readonly Scope[]): ShieldRule {
  return rule(`scopes:${allowed.join('|')}`, { cache: 'contextual' })((_parent, _args, { identity }: BaseContext) => {
    if (identity.kind !== 'account') return unauthenticated();
    return allowed.some((scope) => hasScope(identity, scope))
      ? true
      : new GraphError('FORBIDDEN', `One of the scopes ${allowed.join(', ')} is required; this account holds none.`);
  });
}

/** An account that has one of the roles. */
export function withRole(...allowed: readonly Role[]): ShieldRule {
  return rule(`role:${allowed.join('|')}`, { cache: 'contextual' })((_parent, _args, { identity }: BaseContext) => {
    if (identity.kind !== 'account') return unauthenticated();
    return identity.roles.some((role) => allowed.includes(role))
      ? true
      : new GraphError(
          'FORBIDDEN',
          `One of the roles ${allowed.join(', ')} is required; this account has ${identity.roles.join(', ')}.`,
        );
  });
}

function unauthenticated(): GraphError {
  return new GraphError('UNAUTHENTICATED', 'An access token is required; none arrived.');
}

/** Wraps the resolvers of a schema. Fields without a rule are open: what they show is decided where they hang. */
export function guard(schema: GraphQLSchema, rules: Rules): GraphQLSchema {
  return applyMiddleware(
    schema,
    shield(rules, {
      allowExternalErrors: true,
      fallbackRule: allow,
      fallbackError: new GraphError('FORBIDDEN', 'Not allowed.'),
    }),
  );
}
