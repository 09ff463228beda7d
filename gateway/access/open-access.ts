import { anonymous } from '#shared/identity/identity.ts';
import { type Access, type Caller, toGrants } from './caller.ts';
import { forwardedHeaders } from './forwarded-headers.ts';

const nobody: Caller = { identity: anonymous, key: '', grants: toGrants(anonymous), headers: {} };

/** In front of any supergraph: the gateway knows nobody, subgraphs see the named headers of the client. */
export function createOpenAccess(forwardHeaders: readonly string[]): Access {
  return {
    identify(headers) {
      const forwarded = forwardedHeaders(headers, forwardHeaders);
      return Promise.resolve(forwarded ? { ...nobody, ...forwarded } : nobody);
    },
  };
}
