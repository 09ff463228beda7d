import { scopesOf } from '#shared/identity/identity.ts';
import { roles } from '#shared/vocabulary.ts';
import { type Audience, audienceOfRoles } from '../access/documents/audience.ts';
import type { GatewayConfig } from '../config.ts';
import { anonymous, type Grants } from '../engine/authorization/requirements.ts';

/** A kind of client, and what it may see. */
export interface KindOfClient {
  readonly name: string;
  readonly grants: Grants;
  /** Undefined where callers have no accounts: everything exists for all of them. */
  readonly audience: Audience | undefined;
}

/** Anonymous callers, and accounts of each role where callers have accounts. */
export function kindsOfClient({ access }: Pick<GatewayConfig, 'access'>): KindOfClient[] {
  const hasAccounts = access.kind === 'freight';
  return [
    { name: 'an anonymous caller', grants: anonymous, audience: hasAccounts ? 'anonymous' : undefined },
    ...(hasAccounts ? roles : []).map((role) => ({
      name: `the role ${role}`,
      grants: { ...anonymous, authenticated: true, scopes: new Set<string>(scopesOf([role])) },
      audience: audienceOfRoles([role]),
    })),
  ];
}
