import { createHash, randomBytes } from 'node:crypto';

const count = 10;
/** Without letters and digits that look alike (Crockford's base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 80 random bits, so that a fast hash is safe. */
const length = 16;

/** Makes recovery codes such as `7K2M-9QXD-0F4T-WB8N`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: count }, newCode);
}

/** The hash under which a recovery code of an account is stored. */
export function recoveryHash(accountId: string, code: string): string {
  return createHash('sha256')
    .update(JSON.stringify([accountId, plainCode(code)]))
    .digest('base64url');
}

/** A code as people type it, without blanks and dashes. */
export function plainCode(code: string): string {
  return code.replaceAll(/[\s-]/g, '').toUpperCase();
}

function newCode(): string {
  const digits = [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return digits.replaceAll(/(.{4})(?=.)/g, '$1-');
}
