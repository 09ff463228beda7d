import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUuid } from '#shared/ids.ts';

/** Days after which an unused session expires. */
export const idleDays = 14;
/** Days after which every session expires. */
const maxDays = 90;

/**
 * A refresh token consists of the id of the session and 256 random bits. Only holders of the token know the id. A known id
 * with another secret is therefore a reused old token, so old tokens do not have to be stored.
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

/** True if a session can be refreshed. */
export function isLive(
  session: { readonly createdAt: Date; readonly refreshedAt: Date; readonly revokedAt?: Date | null },
  now: Date,
): boolean {
  return (
    !session.revokedAt &&
    now.getTime() - session.refreshedAt.getTime() < idleDays * dayMs &&
    now.getTime() - session.createdAt.getTime() < maxDays * dayMs
  );
}
