import { createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Bytes of an Ed25519 public key. */
const publicKeyBytes = 32;

/**
 * The secret with which requests of an API key are signed by hmac-sha256. It follows from the hash of the key's text, so that it is stored nowhere and
 * changes when the key is rotated.
 */
export function signingSecret(keyHash: string, secret: string): string {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', `request signatures of ${keyHash}`, 32));
  return `ifs_${bytes.toString('base64url')}`;
}

/** Reads an Ed25519 public key, as PEM or as base64 of its 32 bytes. Returns the base64; undefined for any other text. */
export function readSigningKey(text: string): string | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('-----BEGIN PUBLIC KEY-----')) {
    return /^[\w+/-]{43}=?$/.test(trimmed) ? toBase64(Buffer.from(trimmed, 'base64')) : undefined;
  }
  try {
    const key = createPublicKey(trimmed);
    if (key.asymmetricKeyType !== 'ed25519') return undefined;
    return toBase64(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'));
  } catch {
    return undefined;
  }
}

/** The key object of a public key that `readSigningKey` has returned. */
export function signingKeyObject(base64: string): KeyObject {
  const x = Buffer.from(base64, 'base64').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function toBase64(bytes: Buffer): string | undefined {
  return bytes.length === publicKeyBytes ? bytes.toString('base64') : undefined;
}
