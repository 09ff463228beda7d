import { GraphError } from '../errors/errors.ts';
import type { Role, Tier } from '../vocabulary.ts';

/** Permissions of accounts. They follow from roles. An API key may hold fewer than its account. */
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
  'access:keys',
  'access:documents',
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
  PARTNER: [
    'shipments:read',
    'shipments:write',
    'tracking:read',
    'pricing:read',
    'pricing:write',
    'access:keys',
    'access:documents',
  ],
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

/** The scopes of each role. */
export const scopesOfRoles: readonly (readonly Scope[])[] = Object.values(scopesOfRole);

export function scopesOf(held: readonly Role[]): Scope[] {
  return scopes.filter((scope) => held.some((role) => scopesOfRole[role].includes(scope)));
}

/**
 * Scopes that an API key may hold: those of a partner, but a key cannot make further keys, because a leaked key could then
 * outlive its revocation.
 */
export const scopesOfKeys: readonly Scope[] = scopesOf(['PARTNER']).filter((scope) => scope !== 'access:keys');

/** How an account has proved who it is. */
export type Credential = SessionCredential | ApiKeyCredential;

/** A person who has signed in. */
export interface SessionCredential {
  readonly kind: 'session';
  /** Absent for callers without a session of the access subgraph, such as the simulator. */
  readonly id?: string | undefined;
  /** True if changes tagged `step-up` need a recent code of the second factor. */
  readonly needsCode: boolean;
  /** When the account gave the last code in this session, in seconds since 1970; absent if it gave none. */
  readonly codeAt?: number | undefined;
  /** True for staff without the second factor that they need. Such an identity has neither roles nor scopes. */
  readonly mustEnrol?: boolean | undefined;
}

/** A program. Its changes need no code: its requests can be signed. */
export interface ApiKeyCredential {
  readonly kind: 'apiKey';
  readonly id: string;
}

/** The caller of a request. Staff (ADMIN, DISPATCHER, ANALYST) see all organizations, other accounts only their own. */
export type Identity =
  | { readonly kind: 'anonymous' }
  /** A gateway itself, which reads the access snapshot. */
  | { readonly kind: 'gateway' }
  | {
      readonly kind: 'account';
      readonly accountId: string;
      readonly credential: Credential;
      readonly organizationId: string | null;
      /** The driver whose account this is; null for other accounts. */
      readonly driverId: string | null;
      readonly roles: readonly Role[];
      /** Those of the roles. An API key may hold fewer. */
      readonly scopes: readonly Scope[];
      /** Tier of the account's organization. */
      readonly tier: Tier;
    };
export type AccountIdentity = Extract<Identity, { kind: 'account' }>;

/** The session of a person; undefined for API keys. */
export function sessionOf({ credential }: AccountIdentity): SessionCredential | undefined {
  return credential.kind === 'session' ? credential : undefined;
}

/** The id of an API key; null for people. */
export function apiKeyIdOf({ credential }: AccountIdentity): string | null {
  return credential.kind === 'apiKey' ? credential.id : null;
}

export const anonymous: Identity = { kind: 'anonymous' };

/** A gateway that asks in its own name. */
export const gatewayItself: Identity = { kind: 'gateway' };

export function hasScope(identity: Identity, scope: Scope): boolean {
  return identity.kind === 'account' && identity.scopes.includes(scope);
}

/** True for staff of the freight company, who see the records of all organizations. */
export function isStaff(identity: Identity): boolean {
  return identity.kind === 'account' && identity.roles.some(isStaffRole);
}

export function isStaffRole(role: Role): boolean {
  return role === 'ADMIN' || role === 'DISPATCHER' || role === 'ANALYST';
}

/** The account of a request. @throws GraphError UNAUTHENTICATED */
export function requireAccount(identity: Identity): AccountIdentity {
  if (identity.kind === 'account') return identity;
  throw new GraphError('UNAUTHENTICATED', 'The request has no access token. Sign in and send one.');
}

/** Header in which the gateway sends the identity token to subgraphs. */
export const identityHeader = 'x-freight-identity';
