import { randomUUID } from 'node:crypto';

declare const brand: unique symbol;
/** An id of one kind of record. Ids of another kind are not assignable to it. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a UUID (any version). */
export function isUuid(value: string): boolean {
  return pattern.test(value);
}

/** The id as it is stored: a UUID in lower case. Another text stays as it is, and belongs to no record. */
export function toId(value: string): string {
  return isUuid(value) ? value.toLowerCase() : value;
}

/** Milliseconds since a UUIDv7 was made. Of another text, a time without meaning. */
export function ageOf(id: string, now: number = Date.now()): number {
  return now - Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits; sorts by creation time. */
export function newId<Kind extends string>(now: number = Date.now()): Id<Kind> {
  const time = Math.floor(now).toString(16).padStart(12, '0');
  // The random bits and the variant are those of a version 4 UUID, which Node generates in batches.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}` as Id<Kind>;
}
