import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUuid } from '#shared/ids.ts';

/** Days after which an unused session expires. */
export const idleDays = 14;
/** Days after which every session expires. */
export const maxDays = 90;

/**
 * A refresh token consists of the id of the session and 256 random bits. Besides the holders of the token,
 * only those who may end the session know the id. A known id with another secret is therefore a reused old token and ends the session, so
 * old tokens do not have to be stored.
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

/** Parses a refresh token; undefined if the text is not one. */
export function parseToken(text: string): RefreshToken | undefined {
  const [sessionId = '', secret = '', ...rest] = text.length <= 120 ? text.split('.') : [];
  return isUuid(sessionId) && /^[\w-]{43}$/.test(secret) && rest.length === 0 ? { sessionId, secret } : undefined;
}

/** SHA-256 in hexadecimal, which the database stores instead of the secret. A fast hash is safe for 256 random bits. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function secretFits(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(secretHash(secret)), Buffer.from(hash));
}

const dayMs = 86_400_000;

/** When a session ends by itself. Each refresh postpones it, up to the maximum age. */
export function expiryOf({ createdAt, refreshedAt }: { readonly createdAt: Date; readonly refreshedAt: Date }): Date {
  return new Date(Math.min(refreshedAt.getTime() + idleDays * dayMs, createdAt.getTime() + maxDays * dayMs));
}

/** True if a session can be refreshed. */
export function isLive(
  session: { readonly createdAt: Date; readonly refreshedAt: Date; readonly revokedAt?: Date | null },
  now: Date,
): boolean {
  return !session.revokedAt && now < expiryOf(session);
}
