import type { IncomingHttpHeaders } from 'node:http';
import { anonymous, type Identity, identityHeader } from '#shared/identity/identity.ts';
import {
  clockToleranceSeconds,
  identityTokens,
  type TokenSigner,
  type TokenVerifier,
} from '#shared/identity/tokens.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import { type Access, type Caller, toGrants } from './caller.ts';
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
  /** Seconds by which the clock of the access subgraph is ahead of this one (negative: behind); undefined where it can't be known. */
  readonly measureSkew: () => Promise<number | undefined>;
  /** Told when the clocks of gateway and access subgraph differ by more than is tolerated. */
  readonly onClockSkew: (seconds: number) => void;
  /** Told when a token names a key that is not among those of the verifier. */
  readonly onForeignKey: (keyId: string) => void;
  readonly now?: () => number;
}

/** Verifies `Authorization: Bearer …` and speaks to subgraphs in short-lived tokens of its own. No header: anonymous. */
export function createFreightAccess({
  verifier,
  signer,
  forwardHeaders,
  measureSkew,
  onClockSkew,
  onForeignKey,
  now = Date.now,
}: FreightAccessOptions): Access {
  /** The verifier gives the same object for the same token, so that what is signed for it is found again. */
  const callers = new WeakMap<Identity, Caller>();

  function callerFor(identity: Identity): Caller {
    const known = callers.get(identity);
    if (known) return known;
    const headersFor = identityHeaders(identity, signer, now);
    const caller = { identity, key: toCallerKey(identity), grants: toGrants(identity), headers: {}, headersFor };
    callers.set(identity, caller);
    return caller;
  }

  return {
    async identify(headers) {
      const caller = callerFor(await authenticate(headers, { verifier, measureSkew, onClockSkew, onForeignKey }));
      const forwarded = forwardedHeaders(headers, forwardHeaders);
      return forwarded ? { ...caller, key: `${caller.key}\n${forwarded.key}`, headers: forwarded.headers } : caller;
    },
  };
}

/** A caller's identity tokens by subgraph: signed when the first fetch needs one, and anew after `reuseMs`. */
function identityHeaders(
  identity: Identity,
  signer: TokenSigner,
  now: () => number,
): NonNullable<Caller['headersFor']> {
  const signed = new Map<string, { readonly headers: Readonly<Record<string, string>>; readonly until: number }>();
  return (subgraph) => {
    const known = signed.get(subgraph);
    if (known && known.until > now()) return known.headers;
    const token = signer.sign(identity, identityTokens(subgraph), tokenSeconds);
    const headers = { [identityHeader]: token };
    signed.set(subgraph, { headers, until: now() + reuseMs });
    return headers;
  };
}

async function authenticate(
  { authorization }: IncomingHttpHeaders,
  {
    verifier,
    measureSkew,
    onClockSkew,
    onForeignKey,
  }: Pick<FreightAccessOptions, 'verifier' | 'measureSkew' | 'onClockSkew' | 'onForeignKey'>,
): Promise<Identity> {
  if (authorization === undefined) return anonymous;
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthenticated('The authorization header must be "Bearer <access token>".');
  const identity = await verifier.verify(token);
  if (identity) return identity;
  const skew = (await verifier.skewSeconds(token)) ?? (await skewBehindExpiry(token, verifier, measureSkew));
  const foreignKey = verifier.foreignKeyId(token);
  if (foreignKey !== undefined) onForeignKey(foreignKey);
  if (skew === undefined) throw unauthenticated('The access token is expired or invalid. Sign in again.');
  onClockSkew(skew);
  throw new RequestRefusal('SERVICE_UNAVAILABLE', 'The service is not available at the moment. Try again later.');
}

/** Where a token has expired by our clock only because it is far ahead of the issuer's: by how many seconds. */
async function skewBehindExpiry(
  token: string,
  verifier: TokenVerifier,
  measureSkew: FreightAccessOptions['measureSkew'],
): Promise<number | undefined> {
  if (!(await verifier.hasExpired(token))) return undefined;
  const seconds = await measureSkew();
  return seconds !== undefined && seconds < -clockToleranceSeconds ? seconds : undefined;
}

function unauthenticated(message: string): RequestRefusal {
  return new RequestRefusal('UNAUTHENTICATED', `${message} Leave the header out to ask anonymously.`, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}

/** Everything that a subgraph may decide by. */
function toCallerKey(identity: Identity): string {
  if (identity.kind === 'anonymous') return 'anonymous';
  const { accountId, organizationId, driverId, roles, tier } = identity;
  return JSON.stringify([accountId, organizationId, driverId, roles, tier]);
}
