import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '#shared/identity/identity.ts';
import { type Grants, anonymous as noGrants } from '../engine/authorization/requirements.ts';

/** Who is asking, and what of it subgraphs get to see. */
export interface Caller {
  readonly identity: Identity;
  /** Equal for callers to whom every subgraph gives the same answers: they may share work. */
  readonly key: string;
  /** What guarded fields the caller may see. */
  readonly grants: Grants;
  /** Headers that speak for the caller to every subgraph, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that speak for the caller to one subgraph alone. */
  readonly headersFor?: (subgraph: string) => Readonly<Record<string, string>>;
}

/** How callers are told apart: by access tokens in the freight graph, not at all in front of any other supergraph. */
export interface Access {
  /** @throws GraphError UNAUTHENTICATED for a token that doesn't hold */
  identify(headers: IncomingHttpHeaders): Promise<Caller>;
}

/** What `@authenticated` and `@requiresScopes` are judged by. No directive of the freight graph asks for policies. */
export function toGrants(identity: Identity): Grants {
  if (identity.kind === 'anonymous') return noGrants;
  return { authenticated: true, scopes: new Set(identity.scopes), policies: noGrants.policies };
}
