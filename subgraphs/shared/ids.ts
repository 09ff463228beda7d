import { randomFillSync } from 'node:crypto';

declare const brand: unique symbol;
/** An id that only fits where its kind is asked for. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a UUID (any version). */
export function isUuid(value: string): boolean {
  return pattern.test(value);
}

const random = new Uint8Array(10);

/** UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits; sorts by creation time. */
export function newId<Kind extends string>(now: number = Date.now()): Id<Kind> {
  randomFillSync(random);
  const time = Math.floor(now).toString(16).padStart(12, '0');
  const hex = Buffer.from(random).toString('hex');
  const version = `7${hex.slice(0, 3)}`;
  const variant = `${((Number.parseInt(hex.slice(3, 4), 16) & 0x3) | 0x8).toString(16)}${hex.slice(4, 7)}`;
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-${version}-${variant}-${hex.slice(7, 19)}` as Id<Kind>;
}
