import type { IncomingHttpHeaders } from 'node:http';
import { anonymous, type Identity, identityHeader, type TokenSigner, type TokenVerifier } from '#shared/identity.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import { type Access, type Caller, grantsOf } from './caller.ts';
import { forwardedHeaders } from './forwarded-headers.ts';

/** Seconds that an identity token is good for, and for how long it is handed out again before a new one is signed. */
const tokenSeconds = 60;
const reuseMs = 30_000;

export interface FreightAccessOptions {
  /** Of the access tokens that clients bring. */
  readonly verifier: TokenVerifier;
  /** Of the identity tokens that subgraphs get. */
  readonly signer: TokenSigner;
  readonly forwardHeaders: readonly string[];
  readonly now?: () => number;
}

/** Verifies `Authorization: Bearer …` and speaks to subgraphs in short-lived tokens of its own. No header: anonymous. */
export function createFreightAccess({
  verifier,
  signer,
  forwardHeaders,
  now = Date.now,
}: FreightAccessOptions): Access {
  /** The verifier gives the same object for the same token, so that a hot client is signed for twice a minute. */
  const callers = new WeakMap<Identity, { readonly caller: Promise<Caller>; readonly until: number }>();

  function callerFor(identity: Identity): Promise<Caller> {
    const known = callers.get(identity);
    if (known && known.until > now()) return known.caller;
    const caller = signer.sign(identity, tokenSeconds).then((token): Caller => {
      return { identity, key: keyOf(identity), grants: grantsOf(identity), headers: { [identityHeader]: token } };
    });
    callers.set(identity, { caller, until: now() + reuseMs });
    caller.catch(() => callers.delete(identity));
    return caller;
  }

  return {
    async identify(headers) {
      const caller = await callerFor(await identityOf(headers, verifier));
      const forwarded = forwardedHeaders(headers, forwardHeaders);
      if (!forwarded) return caller;
      return {
        ...caller,
        key: `${caller.key}\n${forwarded.key}`,
        headers: { ...forwarded.headers, ...caller.headers },
      };
    },
  };
}

async function identityOf({ authorization }: IncomingHttpHeaders, verifier: TokenVerifier): Promise<Identity> {
  if (authorization === undefined) return anonymous;
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthenticated('The authorization header must be "Bearer <access token>".');
  const identity = await verifier.verify(token);
  if (!identity) throw unauthenticated('The access token is expired or invalid. Sign in again.');
  return identity;
}

function unauthenticated(message: string): RequestRefusal {
  return new RequestRefusal('UNAUTHENTICATED', `${message} Leave the header out to ask anonymously.`, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}

/** Everything that a subgraph may decide by. */
function keyOf(identity: Identity): string {
  if (identity.kind === 'anonymous') return 'anonymous';
  const { accountId, organizationId, driverId, roles, tier } = identity;
  return JSON.stringify([accountId, organizationId, driverId, roles, tier]);
}
