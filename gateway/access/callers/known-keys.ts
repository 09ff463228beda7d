import type { SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { inRanges } from '#shared/identity/address-ranges.ts';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';

/** A valid API key, and the identity of its requests. */
export interface KnownKey {
  readonly identity: AccountIdentity & { readonly apiKeyId: string };
  /** Milliseconds since 1970; null for a key that does not expire. */
  readonly endsAt: number | null;
  /** True if the key may be used from this address. */
  readonly allows: (address: string) => boolean;
}

/** The keys of a snapshot by their hashes. */
export function indexKeys(keys: readonly SnapshotKey[]): ReadonlyMap<string, KnownKey> {
  return new Map(keys.map((key) => [key.hash, toKnownKey(key)]));
}

function toKnownKey(key: SnapshotKey): KnownKey {
  const { id: apiKeyId, accountId, organizationId, roles, tier, endsAt, networks } = key;
  // The roles of the machine account can have changed since the key was created.
  const scopes = scopesOf(roles).filter((scope) => key.scopes.includes(scope));
  return {
    identity: { kind: 'account', accountId, apiKeyId, organizationId, driverId: null, roles, scopes, tier },
    endsAt,
    allows: networks.length === 0 ? () => true : inRanges(networks),
  };
}
