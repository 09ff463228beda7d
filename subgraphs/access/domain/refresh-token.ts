import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUuid } from '#shared/ids.ts';

/** Days after which an unused session ends. */
const idleDays = 14;
/** Days after which any session ends. */
const longestDays = 90;

/**
 * A refresh token is the session's id and 256 random bits. Nobody but its holders knows the id, so a token with a known
 * id and another secret is an old one: that is how reuse shows without keeping every old token.
 */
export interface RefreshToken {
  readonly sessionId: string;
  readonly secret: string;
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function tokenText({ sessionId, secret }: RefreshToken): string {
  return `${sessionId}.${secret}`;
}

/** The token in a text, or undefined where the text is none. */
export function parseToken(text: string): RefreshToken | undefined {
  const [sessionId = '', secret = '', ...rest] = text.length <= 120 ? text.split('.') : [];
  return isUuid(sessionId) && /^[\w-]{43}$/.test(secret) && rest.length === 0 ? { sessionId, secret } : undefined;
}

/** SHA-256, hexadecimal: enough for 256 random bits, and what the database holds instead of the secret. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function secretFits(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(secretHash(secret)), Buffer.from(hash));
}

const dayMs = 86_400_000;

/** True while a session may be refreshed. */
export function isLive(
  session: { readonly createdAt: Date; readonly refreshedAt: Date; readonly revokedAt?: Date | null },
  now: Date,
): boolean {
  return (
    !session.revokedAt &&
    now.getTime() - session.refreshedAt.getTime() < idleDays * dayMs &&
    now.getTime() - session.createdAt.getTime() < longestDays * dayMs
  );
}
