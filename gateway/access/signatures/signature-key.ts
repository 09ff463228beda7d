import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import type { SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { signingKeyObject, signingSecret } from '#shared/identity/request-signing.ts';

/** How the requests of an API key are signed. */
export interface SignatureKey {
  /** The API key's id, which signatures name as `keyid`. */
  readonly id: string;
  /** The only algorithm that counts. */
  readonly algorithm: 'ed25519' | 'hmac-sha256';
  verify(data: Buffer, signature: Buffer): boolean;
}

/**
 * The key of signatures: the public key that was registered with the API key, or else the secret that its owner got with its text.
 * @param secret see `hashApiKey`
 */
export function toSignatureKey({ id, hash, signingKey }: SnapshotKey, secret: string): SignatureKey {
  if (signingKey == null) return hmacKey(id, () => signingSecret(hash, secret));
  let key: KeyObject | undefined;
  return {
    id,
    algorithm: 'ed25519',
    verify(data, signature) {
      key ??= signingKeyObject(signingKey);
      return verify(null, data, key, signature);
    },
  };
}

function hmacKey(id: string, secretOf: () => string): SignatureKey {
  return {
    id,
    algorithm: 'hmac-sha256',
    verify(data, signature) {
      const expected = createHmac('sha256', secretOf()).update(data).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}
