import { newSecret } from './refresh-token.ts';

/** Minutes for which a token resets a password. */
const lifeMinutes = 30;

/** A token of 256 random bits that resets a password once. */
export function newResetToken(now: Date): { readonly token: string; readonly expiresAt: Date } {
  return { token: newSecret(), expiresAt: new Date(now.getTime() + lifeMinutes * 60_000) };
}
