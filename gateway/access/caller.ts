import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '#shared/identity.ts';

/** Who is asking, and what of it subgraphs get to see. */
export interface Caller {
  readonly identity: Identity;
  /** Equal for callers to whom every subgraph gives the same answers: they may share work. */
  readonly key: string;
  /** Headers that speak for the caller to subgraphs, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How callers are told apart: by access tokens in the freight graph, not at all in front of any other supergraph. */
export interface Access {
  /** @throws GraphError UNAUTHENTICATED for a token that doesn't hold */
  identify(headers: IncomingHttpHeaders): Promise<Caller>;
}

/** What `@authenticated` and `@requiresScopes` are judged by. */
export interface Grants {
  readonly authenticated: boolean;
  readonly scopes: readonly string[];
}

export function grantsOf(identity: Identity): Grants {
  return identity.kind === 'account'
    ? { authenticated: true, scopes: identity.scopes }
    : { authenticated: false, scopes: [] };
}
