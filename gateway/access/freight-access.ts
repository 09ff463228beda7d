import type { IncomingHttpHeaders } from 'node:http';
import { apiKeyHeader } from '#shared/identity/api-keys.ts';
import { type AccountIdentity, anonymous, type Identity, identityHeader } from '#shared/identity/identity.ts';
import {
  clockToleranceSeconds,
  identityTokens,
  type TokenSigner,
  type TokenVerifier,
} from '#shared/identity/tokens.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import { type Access, type Caller, toGrants } from './caller.ts';
import type { IdentifyKey } from './callers/identify-key.ts';
import { forwardedHeaders } from './forwarded-headers.ts';

/** Lifetime of an identity token, and the time for which a token is reused before a new one is signed. */
const tokenSeconds = 60;
const reuseMs = 30_000;

export interface FreightAccessOptions {
  /** Verifies the access tokens of clients. */
  readonly verifier: TokenVerifier;
  /** Returns the identity of a token as it is now. @throws RequestRefusal UNAUTHENTICATED if it has been revoked */
  readonly confirm: (identity: AccountIdentity) => AccountIdentity;
  readonly identifyKey: IdentifyKey;
  /** Signs the identity tokens for subgraphs. */
  readonly signer: TokenSigner;
  readonly forwardHeaders: readonly string[];
  /** Seconds by which the clock of the access subgraph is ahead (negative: behind); undefined if unknown. */
  readonly measureSkew: () => Promise<number | undefined>;
  /** Called when the clocks of gateway and access subgraph differ by more than the tolerance. */
  readonly onClockSkew: (seconds: number) => void;
  /** Called when a token names a key that the verifier does not have. */
  readonly onForeignKey: (keyId: string) => void;
  readonly now?: () => number;
}

/**
 * Verifies `Authorization: Bearer …` or `X-API-Key`, and signs short-lived identity tokens for subgraphs. A caller without both headers is
 * anonymous.
 */
export function createFreightAccess(options: FreightAccessOptions): Access {
  const { signer, forwardHeaders, now = Date.now } = options;
  /** By identity: the same token or key gives the same object, so its signed tokens can be reused. */
  const callers = new WeakMap<Identity, Caller>();

  function callerFor({ identity, signatureKey }: Authenticated): Caller {
    const known = callers.get(identity);
    if (known) return known;
    const headersFor = identityHeaders(identity, signer, now);
    const caller = {
      identity,
      key: toCallerKey(identity),
      grants: toGrants(identity),
      headers: {},
      headersFor,
      signatureKey,
    };
    callers.set(identity, caller);
    return caller;
  }

  return {
    async identify(headers, address) {
      const caller = callerFor(authenticateKnown(headers, options) ?? (await authenticate(headers, address, options)));
      const forwarded = forwardedHeaders(headers, forwardHeaders);
      return forwarded ? { ...caller, key: `${caller.key}\n${forwarded.key}`, headers: forwarded.headers } : caller;
    },
  };
}

/** Makes an identity's tokens: one for each subgraph, signed when the first fetch needs it, and again after `reuseMs`. */
export function identityHeaders(
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

type Authenticated = Pick<Caller, 'identity' | 'signatureKey'>;

/** Finds the account of a token that was verified before, without a promise: see docs/performance.md, P11. */
function authenticateKnown(
  { authorization, [apiKeyHeader]: apiKey }: IncomingHttpHeaders,
  { verifier, confirm }: FreightAccessOptions,
): Authenticated | undefined {
  if (apiKey !== undefined || !authorization?.startsWith(bearer)) return undefined;
  const identity = verifier.known(authorization.slice(bearer.length));
  return identity?.kind === 'account' ? { identity: confirm(identity) } : undefined;
}

const bearer = 'Bearer ';

async function authenticate(
  { authorization, [apiKeyHeader]: apiKey }: IncomingHttpHeaders,
  address: string,
  { verifier, confirm, identifyKey, measureSkew, onClockSkew, onForeignKey }: FreightAccessOptions,
): Promise<Authenticated> {
  if (apiKey !== undefined) {
    if (authorization !== undefined) {
      throw new RequestRefusal('BAD_REQUEST', `Send either authorization or ${apiKeyHeader}, but not both headers.`);
    }
    return identifyKey(String(apiKey), address);
  }
  if (authorization === undefined) return { identity: anonymous };
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthenticated('The authorization header must be "Bearer <access token>".');
  const identity = await verifier.verify(token);
  if (identity?.kind === 'account') return { identity: confirm(identity) };
  if (identity) return { identity: anonymous };
  const skew = (await verifier.skewSeconds(token)) ?? (await skewBehindExpiry(token, verifier, measureSkew));
  const foreignKey = verifier.foreignKeyId(token);
  if (foreignKey !== undefined) onForeignKey(foreignKey);
  if (skew === undefined) throw unauthenticated('The access token is expired or invalid. Sign in again.');
  onClockSkew(skew);
  throw new RequestRefusal('SERVICE_UNAVAILABLE', 'The service is not available at the moment. Try again later.');
}

/** Returns the clock skew in seconds if a token has expired only because our clock is far ahead of the issuer's. */
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
  return new RequestRefusal(
    'UNAUTHENTICATED',
    `${message} Or omit the authorization header to send the request anonymously.`,
    {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    },
  );
}

/** Makes a key of every property of an identity on which a subgraph's response may depend. */
function toCallerKey(identity: Identity): string {
  if (identity.kind !== 'account') return identity.kind;
  const { accountId, credential, organizationId, driverId, roles, scopes, tier } = identity;
  // `Session.isCurrent` depends on the session.
  const ofCredential = credential.kind === 'apiKey' ? [credential.id, scopes] : [credential.id];
  return JSON.stringify([accountId, organizationId, driverId, roles, tier, ...ofCredential]);
}
