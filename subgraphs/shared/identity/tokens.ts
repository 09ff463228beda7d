import { createPrivateKey, sign } from 'node:crypto';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { roles, tiers } from '../vocabulary.ts';
import { anonymous, type Identity, scopesOf } from './identity.ts';

const algorithm = 'EdDSA';

/** Both halves carry the id (`kid`) of the key, which its tokens name. */
export interface KeyPair {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** Keys that a reader accepts; more than one while keys are exchanged. */
export type PublicKeys = readonly JWK[];

/** A new Ed25519 pair in JWK form. */
export async function newKeyPair(): Promise<KeyPair> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return withKeyId({ privateJwk: await exportJWK(pair.privateKey), publicJwk: await exportJWK(pair.publicKey) });
}

/** A pair without an id gets the fingerprint of its public half (RFC 7638). */
export async function withKeyId({ privateJwk, publicJwk }: KeyPair): Promise<KeyPair> {
  const kid = publicJwk.kid ?? (await calculateJwkThumbprint(publicJwk));
  return { privateJwk: { ...privateJwk, kid }, publicJwk: { ...publicJwk, kid } };
}

/** Who gives out a token, whom it is for, and how long it may be good. */
export interface TokenKind {
  readonly issuer: string;
  readonly audience: string;
  /** Seconds from issue to expiry at most: a token that claims more is refused. */
  readonly longestSeconds: number;
  /** Seconds after its expiry for which a token is still accepted, because the reader's clock may be ahead. */
  readonly graceSeconds: number;
}

/** Clocks of gateway and subgraphs may differ by so many seconds. */
export const clockToleranceSeconds = 300;

/** Access tokens: from the access subgraph, for clients to bring to the gateway. */
export const accessTokens: TokenKind = {
  issuer: 'freight-access',
  audience: 'freight-clients',
  longestSeconds: 15 * 60,
  graceSeconds: 0,
};

/** Identity tokens: from the gateway, for one subgraph. Another subgraph refuses them, so that none can act as its callers. */
export function identityTokens(subgraph: string): TokenKind {
  return {
    issuer: 'freight-gateway',
    audience: `freight-subgraph:${subgraph}`,
    longestSeconds: 60,
    graceSeconds: clockToleranceSeconds,
  };
}

export interface TokenSigner {
  /** A compact JWT for this identity, good for `seconds`. */
  sign(identity: Identity, kind: TokenKind, seconds: number): string;
}
export interface TokenVerifier {
  /** The identity in a token; undefined where signature, issuer, audience or times do not hold. */
  verify(token: string): Promise<Identity | undefined>;
  /**
   * For a token that does not hold: by how many seconds the issuer's clock is ahead of this one (negative: behind), where
   * this and nothing else is wrong with the token. Undefined in every other case, an ordinary expiry included.
   */
  skewSeconds(token: string): Promise<number | undefined>;
  /** For a token that does not hold: the id of its key, where none of the reader's keys has it. */
  foreignKeyId(token: string): string | undefined;
  /** For a token that does not hold: whether it has expired by this clock, and nothing else is wrong with it. */
  hasExpired(token: string): Promise<boolean>;
}

const anonymousSubject = 'anonymous';
const claims = z.object({
  sub: z.string(),
  sessionId: z.string().optional(),
  organizationId: z.string().nullable(),
  driverId: z.string().nullable(),
  roles: z.array(z.enum(roles)),
  tier: z.enum(tiers),
});
const times = z.object({ iat: z.number(), exp: z.number() });

/**
 * Signs in the compact serialization of RFC 7515. Unlike jose it signs synchronously: the gateway signs between a
 * request and its fetches, once per caller, subgraph and half-minute.
 */
export function createSigner(privateJwk: JWK): TokenSigner {
  const key = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' });
  const header = encoded({ alg: algorithm, kid: privateJwk.kid });
  return {
    sign(identity, { issuer, audience }, seconds) {
      const issuedAt = Math.floor(Date.now() / 1000);
      const token = { ...claimsOf(identity), iss: issuer, aud: audience, iat: issuedAt, exp: issuedAt + seconds };
      const signed = `${header}.${encoded(token)}`;
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function claimsOf(identity: Identity): JWTPayload {
  if (identity.kind === 'anonymous') return { sub: anonymousSubject };
  const { accountId, sessionId, organizationId, driverId, roles, tier } = identity;
  return { sub: accountId, sessionId, organizationId, driverId, roles, tier };
}

function identityOf(payload: JWTPayload): Identity {
  if (payload.sub === anonymousSubject) return anonymous;
  const { sub, ...rest } = claims.parse(payload);
  return { kind: 'account', accountId: sub, ...rest, scopes: scopesOf(rest.roles) };
}

/** Verifies each token once: see docs/performance.md, P11. */
export function createVerifier(
  publicKeys: PublicKeys,
  { issuer, audience, longestSeconds, graceSeconds }: TokenKind,
  cacheSize = 10_000,
): TokenVerifier {
  const keyOf = createLocalJWKSet({ keys: [...publicKeys] });
  const cache = new LRUCache<string, { readonly identity: Identity; readonly endsAt: number }>({ max: cacheSize });
  const options = {
    algorithms: [algorithm],
    issuer,
    audience,
    requiredClaims: ['sub', 'iat', 'exp'],
    maxTokenAge: longestSeconds,
    clockTolerance: clockToleranceSeconds,
  };
  /** Whether a token was good when it was issued. */
  const wasGood = async (token: string, iat: number): Promise<boolean> =>
    jwtVerify(token, keyOf, { ...options, currentDate: new Date(iat * 1000) }).then(
      ({ payload }) => times.parse(payload).exp - iat <= longestSeconds,
      () => false,
    );
  return {
    async verify(token) {
      const known = cache.get(token);
      if (known) return known.endsAt > Date.now() ? known.identity : undefined;
      try {
        const { payload } = await jwtVerify(token, keyOf, options);
        const { iat, exp } = times.parse(payload);
        const endsAt = (exp + graceSeconds) * 1000;
        if (exp - iat > longestSeconds || endsAt <= Date.now()) return undefined;
        const identity = identityOf(payload);
        cache.set(token, { identity, endsAt });
        return identity;
      } catch {
        return undefined;
      }
    },
    async skewSeconds(token) {
      try {
        const { iat } = times.parse(decodeJwt(token));
        const seconds = iat - Date.now() / 1000;
        const isExpiry = seconds <= 0 && graceSeconds === 0;
        return !isExpiry && (await wasGood(token, iat)) ? Math.round(seconds) : undefined;
      } catch {
        return undefined;
      }
    },
    foreignKeyId(token) {
      try {
        const { kid } = decodeProtectedHeader(token);
        return publicKeys.some((key) => key.kid === kid) ? undefined : kid;
      } catch {
        return undefined;
      }
    },
    async hasExpired(token) {
      try {
        const { iat } = times.parse(decodeJwt(token));
        return iat * 1000 < Date.now() && (await wasGood(token, iat));
      } catch {
        return false;
      }
    },
  };
}
