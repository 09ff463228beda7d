import type { Random } from './random.ts';
import type { Id } from './world.ts';

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Issues deterministic ids: `mint(atMs)` for a record created at that Unix time in milliseconds. */
export type Mint = <Kind extends string>(atMs: number) => Id<Kind>;

/** UUID version 7 (RFC 9562, 5.7): 48 bits of the creation time, 74 bits of the seeded generator. */
export function createMint(random: Random): Mint {
  return <Kind extends string>(atMs: number) => {
    const time = Math.max(0, Math.floor(atMs));
    const upper = Math.floor(time / 65536);
    const first = random.uint32();
    const second = random.uint32();
    const third = random.uint32();
    const text = `${hex32(upper)}-${hex16(time & 0xffff)}-7${hex16(first).slice(1)}-${hex16(0x8000 | ((first >>> 16) & 0x3fff))}-${hex16(second)}${hex32(third)}`;
    // The one place where a string becomes an id.
    return text as Id<Kind>;
  };
}

function hex16(value: number): string {
  return `${hexOfByte[(value >>> 8) & 0xff]}${hexOfByte[value & 0xff]}`;
}

function hex32(value: number): string {
  return hex16(value >>> 16) + hex16(value);
}
