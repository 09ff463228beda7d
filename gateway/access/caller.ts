import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '#shared/identity/identity.ts';
import { type Grants, anonymous as noGrants } from '../engine/authorization/requirements.ts';
import type { SignatureKey } from './signatures/signature-key.ts';

/** The caller of an operation, and how subgraphs see it. */
export interface Caller {
  readonly identity: Identity;
  /** Equal for callers who get the same responses from every subgraph, so that they may share work. */
  readonly key: string;
  /** Scopes that decide which guarded fields the caller may see. */
  readonly grants: Grants;
  /** Headers for every subgraph, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers for one subgraph, such as the identity token. */
  readonly headersFor?: (subgraph: string) => Readonly<Record<string, string>>;
  /** Set for an API key that must sign some of its mutations. */
  readonly signatureKey?: SignatureKey | undefined;
}

/** Identifies callers: by access tokens and API keys in the freight graph; in front of any other supergraph all callers are anonymous. */
export interface Access {
  /**
   * @param address IP address of the client
   * @throws RequestRefusal UNAUTHENTICATED for an invalid token or API key, NETWORK_NOT_ALLOWED, SERVICE_UNAVAILABLE, BAD_REQUEST
   */
  identify(headers: IncomingHttpHeaders, address: string): Promise<Caller>;
}

/** Derives the grants for `@authenticated` and `@requiresScopes`. The freight graph has no `@policy`. */
export function toGrants(identity: Identity): Grants {
  if (identity.kind !== 'account') return noGrants;
  return { authenticated: true, scopes: new Set(identity.scopes), policies: noGrants.policies };
}
