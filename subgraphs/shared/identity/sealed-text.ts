import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key for texts in the database. Each sealed text contains the id of its key. */
export interface FieldKey {
  readonly id: string;
  /** 256 bits. */
  readonly secret: Buffer;
}

/** The first key seals, and every key opens. There are several while keys are rotated. */
export type FieldKeys = readonly [FieldKey, ...FieldKey[]];

/** Where a text is stored. A sealed text that was copied to another place can't be opened there. */
export interface TextPlace {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

/** Encrypts texts for the database, so that a copy of it is useless without the keys. */
export interface TextSealer {
  seal(text: string, place: TextPlace): string;
  /** @throws Error if the text was changed, belongs to another place, or its key is missing */
  open(sealed: string, place: TextPlace): string;
  /** True if the text was sealed with an older key. Seal it again, so that the older key can be removed. */
  isOutdated(sealed: string): boolean;
  /** The beginning of every text that the newest key has sealed. */
  readonly newestPrefix: string;
}

/** The version of the form `1.KEY-ID.BASE64URL`, whose last part has the nonce, the ciphertext and the tag. */
const version = '1';
const cipher = 'aes-256-gcm';
/** Bytes of the nonce. With random nonces a key is safe for 2^32 texts (NIST SP 800-38D). */
const nonceLength = 12;
const tagLength = 16;

/** The form of sealed texts as a regular expression, also of PostgreSQL. Of the last part it requires the shortest length. */
export const sealedForm = String.raw`^1\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{38,}$`;
const sealedPattern = new RegExp(sealedForm);

/** False for a text of an earlier release, which was not sealed. */
export function isSealed(text: string): boolean {
  return text.startsWith(`${version}.`) && sealedPattern.test(text);
}

/** The id of the key of a sealed text. */
export function keyIdOf(sealed: string): string {
  return parseSealed(sealed).keyId;
}

/** Seals with AES-256-GCM. The place is the associated data. */
export function createTextSealer(keys: FieldKeys): TextSealer {
  const [newest] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    seal(text, place) {
      const nonce = randomBytes(nonceLength);
      const sealing = createCipheriv(cipher, newest.secret, nonce).setAAD(associatedData(newest.id, place));
      const parts = [nonce, sealing.update(text, 'utf8'), sealing.final(), sealing.getAuthTag()];
      return [version, newest.id, Buffer.concat(parts).toString('base64url')].join('.');
    },
    open(sealed, place) {
      const { keyId, bytes } = parseSealed(sealed);
      const key = byId.get(keyId);
      if (!key) throw new Error(`FIELD_KEYS has no key with the id "${keyId}", with which a text was sealed`);
      const opening = createDecipheriv(cipher, key.secret, bytes.subarray(0, nonceLength), { authTagLength: tagLength })
        .setAAD(associatedData(keyId, place))
        .setAuthTag(bytes.subarray(-tagLength));
      const text = opening.update(bytes.subarray(nonceLength, -tagLength), undefined, 'utf8');
      return text + opening.final('utf8');
    },
    isOutdated: (sealed) => keyIdOf(sealed) !== newest.id,
    newestPrefix: `${version}.${newest.id}.`,
  };
}

function associatedData(keyId: string, { table, column, rowId }: TextPlace): Buffer {
  return Buffer.from(JSON.stringify([version, keyId, table, column, rowId]));
}

function parseSealed(sealed: string): { readonly keyId: string; readonly bytes: Buffer } {
  const [given, keyId, encoded, ...rest] = sealed.split('.');
  const bytes = Buffer.from(encoded ?? '', 'base64url');
  if (given !== version || !keyId || rest.length > 0 || bytes.length < nonceLength + tagLength) {
    throw new Error('a sealed text has an unknown form');
  }
  return { keyId, bytes };
}
