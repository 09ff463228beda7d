import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { GraphError } from './errors.ts';

export const roles = ['ADMIN', 'DISPATCHER', 'DRIVER', 'CUSTOMER', 'PARTNER', 'ANALYST'] as const;
export type Role = (typeof roles)[number];
export const tiers = ['FREE', 'STANDARD', 'PREMIUM', 'ENTERPRISE'] as const;
export type Tier = (typeof tiers)[number];

/** What an account may do. Scopes follow from roles, nothing else grants them. */
export const scopes = [
  'shipments:read',
  'shipments:write',
  'shipments:advance',
  'shipments:rate',
  'shipments:import',
  'fleet:read',
  'fleet:write',
  'fleet:assign',
  'tracking:read',
  'tracking:report',
  'tracking:write',
  'pricing:read',
  'pricing:write',
  'pricing:bill',
  'risk:read',
  'risk:review',
  'analytics:read',
  'access:read',
  'access:write',
] as const;
export type Scope = (typeof scopes)[number];

const scopesOfRole: Record<Role, readonly Scope[]> = {
  ADMIN: scopes,
  DISPATCHER: [
    'shipments:read',
    'shipments:write',
    'shipments:advance',
    'fleet:read',
    'fleet:write',
    'fleet:assign',
    'tracking:read',
    'tracking:report',
    'tracking:write',
    'pricing:read',
    'pricing:write',
    'risk:read',
    'risk:review',
  ],
  DRIVER: ['shipments:read', 'shipments:advance', 'fleet:read', 'tracking:read', 'tracking:report'],
  CUSTOMER: ['shipments:read', 'shipments:write', 'shipments:rate', 'tracking:read', 'pricing:read', 'pricing:write'],
  PARTNER: ['shipments:read', 'shipments:write', 'tracking:read', 'pricing:read', 'pricing:write'],
  ANALYST: [
    'shipments:read',
    'fleet:read',
    'tracking:read',
    'pricing:read',
    'risk:read',
    'analytics:read',
    'access:read',
  ],
};

export function scopesOf(held: readonly Role[]): Scope[] {
  return scopes.filter((scope) => held.some((role) => scopesOfRole[role].includes(scope)));
}

/** Who is asking. Staff (ADMIN, DISPATCHER, ANALYST) see every organization; the others see their own. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'account';
      readonly accountId: string;
      /** The session in which the account signed in; absent for what acts without one. */
      readonly sessionId?: string | undefined;
      readonly organizationId: string | null;
      /** The driver that this account is, for drivers. */
      readonly driverId: string | null;
      readonly roles: readonly Role[];
      readonly scopes: readonly Scope[];
      /** Tier of the account's organization. */
      readonly tier: Tier;
    };
export type AccountIdentity = Extract<Identity, { kind: 'account' }>;

export const anonymous: Identity = { kind: 'anonymous' };

export function hasScope(identity: Identity, scope: Scope): boolean {
  return identity.kind === 'account' && identity.scopes.includes(scope);
}

/** True for people of the freight company itself, who see every organization's records. */
export function isStaff(identity: Identity): boolean {
  return (
    identity.kind === 'account' &&
    identity.roles.some((role) => role === 'ADMIN' || role === 'DISPATCHER' || role === 'ANALYST')
  );
}

/** The account behind a request, or UNAUTHENTICATED. */
export function requireAccount(identity: Identity): AccountIdentity {
  if (identity.kind === 'account') return identity;
  throw new GraphError('UNAUTHENTICATED', 'An access token is required; none arrived.');
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

const algorithm = 'EdDSA';
/** Access tokens come from the access subgraph and are for clients; identity tokens come from the gateway and are for subgraphs. */
type Audience = 'freight-clients' | 'freight-subgraphs';

export interface KeyPair {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** A new Ed25519 pair in JWK form. */
export async function newKeyPair(): Promise<KeyPair> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { privateJwk: await exportJWK(pair.privateKey), publicJwk: await exportJWK(pair.publicKey) };
}

export interface TokenSigner {
  /** A compact JWT for this identity, valid for `seconds`. */
  sign(identity: Identity, seconds: number): Promise<string>;
}
export interface TokenVerifier {
  /** The identity in a token; undefined where signature, audience or expiry do not hold. */
  verify(token: string): Promise<Identity | undefined>;
}

export async function createSigner(privateJwk: JWK, audience: Audience): Promise<TokenSigner> {
  const key = await importJWK(privateJwk, algorithm);
  return {
    sign: (identity, seconds) =>
      new SignJWT(claimsOf(identity))
        .setProtectedHeader({ alg: algorithm })
        .setSubject(identity.kind === 'account' ? identity.accountId : anonymousSubject)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${seconds}s`)
        .sign(key),
  };
}

function claimsOf(identity: Identity): JWTPayload {
  if (identity.kind === 'anonymous') return {};
  const { sessionId, organizationId, driverId, roles, tier } = identity;
  return { sessionId, organizationId, driverId, roles: [...roles], tier };
}

function identityOf(payload: JWTPayload): Identity {
  if (payload.sub === anonymousSubject) return anonymous;
  const { sub, ...rest } = claims.parse(payload);
  return { kind: 'account', accountId: sub, ...rest, scopes: scopesOf(rest.roles) };
}

/** Verifies signatures once per token: the same token arrives with every request of a client. */
export async function createVerifier(publicJwk: JWK, audience: Audience, cacheSize = 10_000): Promise<TokenVerifier> {
  const key = await importJWK(publicJwk, algorithm);
  const cache = new LRUCache<string, { identity: Identity; expiresAt: number }>({ max: cacheSize });
  return {
    async verify(token) {
      const known = cache.get(token);
      if (known) return known.expiresAt > Date.now() ? known.identity : undefined;
      try {
        const { payload } = await jwtVerify(token, key, { audience, algorithms: [algorithm] });
        const identity = identityOf(payload);
        cache.set(token, { identity, expiresAt: (payload.exp ?? 0) * 1000 });
        return identity;
      } catch {
        return undefined;
      }
    },
  };
}

/** Header in which the gateway hands the identity token to subgraphs. */
export const identityHeader = 'x-freight-identity';
