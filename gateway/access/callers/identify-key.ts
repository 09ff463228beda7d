import { hashApiKey, isApiKey } from '#shared/identity/api-keys.ts';
import type { SecretList } from '#shared/identity/key-settings.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { AccessSnapshots } from './access-snapshots.ts';
import type { KeyUses } from './key-uses.ts';
import type { KnownKey } from './known-keys.ts';

export interface ApiKeyOptions {
  /** See `hashApiKey`. */
  readonly secrets: SecretList;
  readonly snapshots: Pick<AccessSnapshots, 'keys' | 'isFresh' | 'catchUp'>;
  readonly uses: Pick<KeyUses, 'note'>;
  readonly onRefused: OnRefusedKey;
  readonly now?: () => number;
}

export const keyRefusals = ['mistyped', 'unknown', 'revoked', 'expired', 'network'] as const;
export type KeyRefusal = (typeof keyRefusals)[number];

/** Called for each request with a key that is refused. @param apiKeyId undefined if no such key is known */
export type OnRefusedKey = (reason: KeyRefusal, address: string, apiKeyId: string | undefined) => void;

/** Finds an API key by its text. @throws RequestRefusal UNAUTHENTICATED, NETWORK_NOT_ALLOWED, SERVICE_UNAVAILABLE */
export type IdentifyKey = (text: string, address: string) => Promise<KnownKey>;

/** Seconds after which a client may try again while the snapshot is too old. */
const retryAfterSeconds = 5;

/** Identifies callers by the snapshot. Only a key that it lacks can cause a call to the access subgraph: the key may be new. */
export function createKeyIdentifier({
  secrets,
  snapshots,
  uses,
  onRefused,
  now = Date.now,
}: ApiKeyOptions): IdentifyKey {
  return async (text, address) => {
    if (!isApiKey(text)) {
      onRefused('mistyped', address, undefined);
      throw unauthenticated('The API key is mistyped or incomplete: its checksum is wrong. Copy the whole key.');
    }
    if (!snapshots.isFresh) {
      throw new RequestRefusal('SERVICE_UNAVAILABLE', 'API keys can not be checked at the moment. Try again later.', {
        retryAfterSeconds,
      });
    }
    const newest = hashApiKey(text, secrets[0]);
    const hashes = [newest, ...secrets.slice(1).map((secret) => hashApiKey(text, secret))];
    const findHash = () => hashes.find((made) => snapshots.keys.find(made) ?? snapshots.keys.findEnded(made));
    if (findHash() === undefined) await snapshots.catchUp();
    const hash = findHash() ?? newest;
    const key = snapshots.keys.find(hash);
    if (!key || (key.endsAt !== null && key.endsAt <= now())) {
      const ended = key ? { reason: 'expired' as const, id: key.id } : snapshots.keys.findEnded(hash);
      onRefused(ended?.reason ?? 'unknown', address, ended?.id);
      // Whoever guesses keys learns nothing about earlier ones.
      throw unauthenticated('The API key is unknown, revoked or expired. Send a valid one.');
    }
    if (!key.allows(address)) {
      onRefused('network', address, key.id);
      throw new RequestRefusal(
        'NETWORK_NOT_ALLOWED',
        'This API key may not be used from your network. Send the request from one of its allowed networks.',
      );
    }
    uses.note(key.id, hash === newest ? undefined : { formerHash: hash, hash: newest });
    return key;
  };
}

function unauthenticated(message: string): RequestRefusal {
  return new RequestRefusal('UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'ApiKey' } });
}
