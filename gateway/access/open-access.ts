import { anonymous } from '#shared/identity/identity.ts';
import { type Access, type Caller, toGrants } from './caller.ts';
import { forwardedHeaders } from './forwarded-headers.ts';

const anonymousCaller: Caller = { identity: anonymous, key: '', grants: toGrants(anonymous), headers: {} };

/** Access in front of any supergraph: all callers are anonymous, and subgraphs get the named headers of the client. */
export function createOpenAccess(forwardHeaders: readonly string[]): Access {
  return {
    identify(headers) {
      const forwarded = forwardedHeaders(headers, forwardHeaders);
      return Promise.resolve(forwarded ? { ...anonymousCaller, ...forwarded } : anonymousCaller);
    },
  };
}
