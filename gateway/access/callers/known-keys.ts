import type { SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { inRanges } from '#shared/identity/address-ranges.ts';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import { type SignatureKey, toSignatureKey } from '../signatures/signature-key.ts';

/** A valid API key, and the identity of its requests. */
export interface KnownKey {
  readonly identity: AccountIdentity & { readonly apiKeyId: string };
  /** Milliseconds since 1970; null for a key that does not expire. */
  readonly endsAt: number | null;
  /** True if the key may be used from this address. */
  readonly allows: (address: string) => boolean;
  /** Undefined for a key whose requests need no signature. */
  readonly signatureKey: SignatureKey | undefined;
}

/** The keys of a snapshot by their hashes. @param secret see `hashApiKey` */
export function indexKeys(keys: readonly SnapshotKey[], secret: string): ReadonlyMap<string, KnownKey> {
  return new Map(keys.map((key) => [key.hash, toKnownKey(key, secret)]));
}

function toKnownKey(key: SnapshotKey, secret: string): KnownKey {
  const { id: apiKeyId, accountId, organizationId, roles, tier, endsAt, networks } = key;
  // The roles of the machine account can have changed since the key was created.
  const scopes = scopesOf(roles).filter((scope) => key.scopes.includes(scope));
  return {
    identity: { kind: 'account', accountId, apiKeyId, organizationId, driverId: null, roles, scopes, tier },
    endsAt,
    signatureKey: key.requireSignature ? toSignatureKey(key, secret) : undefined,
    allows: networks.length === 0 ? () => true : inRanges(networks),
  };
}
