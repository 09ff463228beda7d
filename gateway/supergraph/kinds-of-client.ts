import { scopesOf } from '#shared/identity/identity.ts';
import { roles } from '#shared/vocabulary.ts';
import type { GatewayConfig } from '../config.ts';
import { anonymous, type Grants } from '../engine/authorization/requirements.ts';

/** A kind of client, and what it may see. */
export interface KindOfClient {
  readonly name: string;
  readonly grants: Grants;
}

/** Anonymous callers, and accounts of each role where callers have accounts. */
export function kindsOfClient({ access }: Pick<GatewayConfig, 'access'>): KindOfClient[] {
  const signedIn = access.kind === 'freight' ? roles : [];
  return [
    { name: 'an anonymous caller', grants: anonymous },
    ...signedIn.map((role) => ({
      name: `the role ${role}`,
      grants: { ...anonymous, authenticated: true, scopes: new Set<string>(scopesOf([role])) },
    })),
  ];
}
