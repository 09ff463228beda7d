import { LRUCache } from 'lru-cache';
import type { AccessSnapshot, EndedKey, SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { inRanges } from '#shared/identity/address-ranges.ts';
import { secretIdOf, secretIdOfHash } from '#shared/identity/api-keys.ts';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import type { SecretList } from '#shared/identity/key-settings.ts';
import { type SignatureKey, toSignatureKey } from '../signatures/signature-key.ts';

/** A valid API key, and the identity of its requests. */
export interface KnownKey {
  readonly id: string;
  readonly identity: AccountIdentity;
  /** Milliseconds since 1970; null for a key that does not expire. */
  readonly endsAt: number | null;
  /** True if the key may be used from this address. */
  readonly allows: (address: string) => boolean;
  /** Undefined for a key whose requests need no signature. */
  readonly signatureKey: SignatureKey | undefined;
}

/** Keys that have ended and are still named in the log. */
const maxEnded = 10_000;

/** The API keys of the access snapshots, by the hashes of their texts. */
export class KnownKeys {
  readonly #secrets: SecretList;
  #keys = new Map<string, KnownKey>();
  readonly #ended = new LRUCache<string, EndedKey>({ max: maxEnded });

  /** @param secrets see `hashApiKey` */
  constructor(secrets: SecretList) {
    this.#secrets = secrets;
  }

  /** A key that was valid at the time of the last snapshot. */
  find(hash: string): KnownKey | undefined {
    return this.#keys.get(hash);
  }

  /** A key that is no longer valid. */
  findEnded(hash: string): EndedKey | undefined {
    return this.#ended.get(hash);
  }

  /** @param now milliseconds since 1970 */
  apply({ keys, changedKeys, endedKeys = [] }: AccessSnapshot, now: number): void {
    if (keys) this.#keys = new Map();
    if (changedKeys) this.#forget(new Set(changedKeys.ids), now);
    for (const key of keys ?? changedKeys?.keys ?? []) this.#keys.set(key.hash, toKnownKey(key, this.#secrets));
    for (const key of endedKeys) this.#ended.set(key.hash, key);
  }

  /** Removes the entries of these keys, and those that have expired. */
  #forget(ids: ReadonlySet<string>, now: number): void {
    for (const [hash, { id, endsAt }] of this.#keys) {
      const hasExpired = endsAt !== null && endsAt <= now;
      if (hasExpired) this.#ended.set(hash, { hash, id, reason: 'expired' });
      if (hasExpired || ids.has(id)) this.#keys.delete(hash);
    }
  }
}

function toKnownKey(key: SnapshotKey, secrets: SecretList): KnownKey {
  const { id, accountId, organizationId, roles, tier, endsAt, networks } = key;
  const credential = { kind: 'apiKey', id } as const;
  // The roles of the machine account can have changed since the key was created.
  const scopes = scopesOf(roles).filter((scope) => key.scopes.includes(scope));
  return {
    id,
    identity: { kind: 'account', accountId, credential, organizationId, driverId: null, roles, scopes, tier },
    endsAt,
    signatureKey: key.requireSignature ? toSignatureKey(key, secretOf(key, secrets)) : undefined,
    allows: networks.length === 0 ? () => true : inRanges(networks),
  };
}

/** The secret that has made the hash of a key. Without it, no text has this hash, so that any secret will do. */
function secretOf({ hash }: SnapshotKey, secrets: SecretList): string {
  return secrets.find((secret) => secretIdOf(secret) === secretIdOfHash(hash)) ?? secrets[0];
}
