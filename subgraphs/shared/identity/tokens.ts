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
import { anonymous, type Credential, gatewayItself, type Identity, type Scope, scopes, scopesOf } from './identity.ts';

const algorithm = 'EdDSA';

/** Both halves contain the id (`kid`) of the key, and so do its tokens. */
export interface KeyPair {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** Keys that a verifier accepts. There are several while keys are rotated. */
export type PublicKeys = readonly JWK[];

/** Creates an Ed25519 key pair in JWK form. */
export async function newKeyPair(): Promise<KeyPair> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return withKeyId({ privateJwk: await exportJWK(pair.privateKey), publicJwk: await exportJWK(pair.publicKey) });
}

/** Adds an id to a pair that has none: the thumbprint of its public half (RFC 7638). */
export async function withKeyId({ privateJwk, publicJwk }: KeyPair): Promise<KeyPair> {
  const kid = publicJwk.kid ?? (await calculateJwkThumbprint(publicJwk));
  return { privateJwk: { ...privateJwk, kid }, publicJwk: { ...publicJwk, kid } };
}

/** Issuer, audience and lifetime of tokens. */
export interface TokenKind {
  readonly issuer: string;
  readonly audience: string;
  /** Maximum seconds from issue to expiry. Tokens with a longer lifetime are refused. */
  readonly longestSeconds: number;
  /** Seconds for which an expired token is still accepted, because the clock of the verifier may be ahead. */
  readonly graceSeconds: number;
}

/** Seconds by which the clocks of gateway and subgraphs may differ. */
export const clockToleranceSeconds = 300;

/** The access subgraph issues access tokens. Clients send them to the gateway. */
export const accessTokens: TokenKind = {
  issuer: 'freight-access',
  audience: 'freight-clients',
  longestSeconds: 15 * 60,
  graceSeconds: 0,
};

/** The gateway issues identity tokens for one subgraph. Other subgraphs refuse them, so no subgraph can act as its callers. */
export function identityTokens(subgraph: string): TokenKind {
  return {
    issuer: 'freight-gateway',
    audience: `freight-subgraph:${subgraph}`,
    longestSeconds: 60,
    graceSeconds: clockToleranceSeconds,
  };
}

export interface TokenSigner {
  /** Returns a compact JWT for this identity, valid for `seconds`. */
  sign(identity: Identity, kind: TokenKind, seconds: number): string;
}
export interface TokenVerifier {
  /** The identity in a token; undefined if its signature, issuer, audience or times are invalid. */
  verify(token: string): Promise<Identity | undefined>;
  /** The identity of a token that was verified before and is still valid; undefined for any other token. */
  known(token: string): Identity | undefined;
  /**
   * For an invalid token: seconds by which the clock of its issuer is ahead of this clock (negative if behind), if nothing
   * else is wrong with the token. Otherwise undefined, also for a token that has merely expired.
   */
  skewSeconds(token: string): Promise<number | undefined>;
  /** For an invalid token: the id of its key, if the token names this issuer and the verifier does not have that key. */
  foreignKeyId(token: string): string | undefined;
  /** For an invalid token: true if it has expired and nothing else is wrong with it. */
  hasExpired(token: string): Promise<boolean>;
}

const anonymousSubject = 'anonymous';
const gatewaySubject = 'gateway';
const claims = z.object({
  sub: z.string(),
  sessionId: z.string().optional(),
  apiKeyId: z.string().nullable().default(null),
  organizationId: z.string().nullable(),
  driverId: z.string().nullable(),
  roles: z.array(z.enum(roles)),
  /** Only in tokens of API keys, which may hold fewer scopes than their roles. */
  scopes: z.array(z.enum(scopes)).optional(),
  tier: z.enum(tiers),
  /** Absent in tokens of API keys, and in those of releases without second factors: people then need a code. */
  needsCode: z.boolean().default(true),
  codeAt: z.number().optional(),
  mustEnrol: z.boolean().optional(),
});
const times = z.object({ iat: z.number(), exp: z.number() });

/**
 * Signs tokens in the compact serialization of RFC 7515. Unlike jose it is synchronous, because the gateway signs between a
 * request and its fetches, once per caller, subgraph and half-minute.
 */
export function createSigner(privateJwk: JWK): TokenSigner {
  const key = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' });
  const header = encoded({ alg: algorithm, kid: privateJwk.kid });
  return {
    sign(identity, { issuer, audience }, seconds) {
      const issuedAt = Math.floor(Date.now() / 1000);
      const token = { ...toClaims(identity), iss: issuer, aud: audience, iat: issuedAt, exp: issuedAt + seconds };
      const signed = `${header}.${encoded(token)}`;
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function toClaims(identity: Identity): JWTPayload {
  if (identity.kind === 'anonymous') return { sub: anonymousSubject };
  if (identity.kind === 'gateway') return { sub: gatewaySubject };
  const { kind: _kind, accountId, credential, scopes: held, ...rest } = identity;
  return { sub: accountId, ...toCredentialClaims(credential, held), ...rest };
}

function toCredentialClaims(credential: Credential, held: readonly Scope[]): JWTPayload {
  if (credential.kind === 'apiKey') return { apiKeyId: credential.id, scopes: held };
  const { kind: _kind, id: sessionId, ...session } = credential;
  return { sessionId, ...session };
}

function parseIdentity(payload: JWTPayload): Identity {
  if (payload.sub === anonymousSubject) return anonymous;
  if (payload.sub === gatewaySubject) return gatewayItself;
  const { sub, scopes: held, sessionId, apiKeyId, needsCode, codeAt, mustEnrol, ...rest } = claims.parse(payload);
  const ofRoles = scopesOf(rest.roles);
  return {
    kind: 'account',
    accountId: sub,
    ...rest,
    credential:
      apiKeyId === null
        ? { kind: 'session', id: sessionId, needsCode, codeAt, mustEnrol }
        : { kind: 'apiKey', id: apiKeyId },
    scopes: held ? ofRoles.filter((s) => held.includes(s)) : ofRoles,
  };
}

/** P11: verifies each token once. */
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
  /** True if a token was valid when it was issued. */
  const wasValid = async (token: string, iat: number): Promise<boolean> =>
    jwtVerify(token, keyOf, { ...options, currentDate: new Date(iat * 1000) }).then(
      ({ payload }) => times.parse(payload).exp - iat <= longestSeconds,
      () => false,
    );
  return {
    known(token) {
      const known = cache.get(token);
      return known && known.endsAt > Date.now() ? known.identity : undefined;
    },
    async verify(token) {
      const known = cache.get(token);
      if (known) return known.endsAt > Date.now() ? known.identity : undefined;
      try {
        const { payload } = await jwtVerify(token, keyOf, options);
        const { iat, exp } = times.parse(payload);
        const endsAt = (exp + graceSeconds) * 1000;
        if (exp - iat > longestSeconds || endsAt <= Date.now()) return undefined;
        const identity = parseIdentity(payload);
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
        return !isExpiry && (await wasValid(token, iat)) ? Math.round(seconds) : undefined;
      } catch {
        return undefined;
      }
    },
    foreignKeyId(token) {
      try {
        const { kid } = decodeProtectedHeader(token);
        const isKnown = publicKeys.some((key) => key.kid === kid);
        return isKnown || decodeJwt(token).iss !== issuer ? undefined : kid;
      } catch {
        return undefined;
      }
    },
    async hasExpired(token) {
      try {
        const { iat } = times.parse(decodeJwt(token));
        return iat * 1000 < Date.now() && (await wasValid(token, iat));
      } catch {
        return false;
      }
    },
  };
}

/** True if a token names the issuer and the audience of this kind. Its signature is not checked. */
export function namesKind(token: string, { issuer, audience }: TokenKind): boolean {
  try {
    const { iss, aud } = decodeJwt(token);
    return iss === issuer && aud === audience;
  } catch {
    return false;
  }
}
