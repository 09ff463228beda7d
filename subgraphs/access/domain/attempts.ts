/** Attempts for one address that are answered without a delay. */
export const freeAttempts = 5;
/** After this many seconds without an attempt the count starts over. */
export const forgetAfterSeconds = 60 * 60;
const firstBlockSeconds = 30;
/** Whoever sends wrong passwords for somebody else's address locks them out no longer than this. */
export const longestBlockSeconds = 15 * 60;

/** Seconds for which an address is blocked when its n-th attempt fails: 30 s after the fifth, then twice as long each time. */
export function blockSeconds(attempt: number): number {
  if (attempt < freeAttempts) return 0;
  return Math.min(longestBlockSeconds, firstBlockSeconds * 2 ** (attempt - freeAttempts));
}
