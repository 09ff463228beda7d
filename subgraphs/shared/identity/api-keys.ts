import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `live` keys act for customers, `test` keys for sandbox organizations. The prefix shows which one a key is, and lets
 * scanners of source code find leaked keys.
 */
export type ApiKeyMode = 'live' | 'test';

/** Header, and value of `connection_init`, in which clients send an API key. */
export const apiKeyHeader = 'x-api-key';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Base 62 digits of the random part: 190 bits. */
const randomLength = 32;
/** Base 62 digits of a CRC-32. */
const checksumLength = 6;
const form = new RegExp(`^(ifk_(?:live|test)_[0-9A-Za-z]{${randomLength}})([0-9A-Za-z]{${checksumLength}})$`);
/** Characters of a key that lists show, so that people recognize it: the prefix and four random characters. */
const shownLength = 'ifk_live_'.length + 4;

/** Makes a new API key. Its text is shown once; only its hash is stored. */
export function newApiKey(mode: ApiKeyMode): string {
  return keyOf(mode, randomBytes(64));
}

/** The key of the demo partner. It follows from the secret of a development installation, so it can be told before the first start. */
export function demoApiKey(secret: string): string {
  return keyOf('live', Buffer.from(hkdfSync('sha256', secret, '', 'demo partner key', 64)));
}

/** True if a text has the form of an API key and the right checksum. Finds typos without a look-up. */
export function isApiKey(text: string): boolean {
  const [, body, checksum] = form.exec(text) ?? [];
  return body !== undefined && checksum === checksumOf(body);
}

/** The mode of a key, by its beginning. */
export function modeOf(key: string): ApiKeyMode {
  return key.startsWith('ifk_test_') ? 'test' : 'live';
}

/** Makes a new secret for the setting API_KEY_SECRET, with an id. */
export function newApiKeySecret(): string {
  return `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('hex')}`;
}

/** The id of a secret in the form `ID:SECRET`; undefined for a secret of an earlier release, which has none. */
export function secretIdOf(secret: string): string | undefined {
  return /^([\w-]{1,32}):/.exec(secret)?.[1];
}

/**
 * The hash under which a key is stored and found: HMAC-SHA-256, so that a copy of the table is useless without the secret. It begins
 * with the id of the secret.
 */
export function hashApiKey(key: string, secret: string): string {
  const id = secretIdOf(secret);
  const hash = createHmac('sha256', secret).update(key).digest('base64url');
  return id === undefined ? hash : `${id}.${hash}`;
}

/** The id of the secret that has made a hash; undefined for a secret without an id. */
export function secretIdOfHash(hash: string): string | undefined {
  return /^([\w-]{1,32})\./.exec(hash)?.[1];
}

/** The part of a key that may be shown. */
export function shownPart(key: string): string {
  return key.slice(0, shownLength);
}

function keyOf(mode: ApiKeyMode, entropy: Buffer): string {
  const body = `ifk_${mode}_${base62(BigInt(`0x${entropy.toString('hex')}`), randomLength)}`;
  return body + checksumOf(body);
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), checksumLength);
}

/** The lowest digits of a number. 512 random bits give digits without a noticeable bias. */
function base62(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let at = 0; at < length; at++) {
    text = digits[Number(rest % 62n)] + text;
    rest /= 62n;
  }
  return text;
}
