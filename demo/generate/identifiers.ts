import type { Id } from '../world.ts';
import type { Random } from './random.ts';

/** Issues deterministic ids: `mint(atMs)` for a record created at that Unix time in milliseconds. */
export type Mint = <Kind extends string>(atMs: number) => Id<Kind>;

const hexDigits = Buffer.from('0123456789abcdef', 'latin1');

/** UUID version 7 (RFC 9562, 5.7): 48 bits of the creation time, 74 bits of the seeded generator. */
export function createMint(random: Random): Mint {
  // One flat string per id: strings concatenated piece by piece are ropes, and hundreds of thousands of them take the
  // garbage collector longer than the rest of the generator.
  const text = Buffer.from('00000000-0000-7000-8000-000000000000', 'latin1');
  return <Kind extends string>(atMs: number) => {
    const time = Math.max(0, Math.floor(atMs));
    const first = random.uint32();
    writeHex(text, 0, Math.floor(time / 65536), 8);
    writeHex(text, 9, time & 0xffff, 4);
    writeHex(text, 15, first & 0xfff, 3);
    writeHex(text, 19, 0x8000 | (first >>> 18), 4);
    writeHex(text, 24, random.uint32(), 6);
    writeHex(text, 30, random.uint32(), 6);
    // The only place that turns a string into an id.
    return text.toString('latin1') as Id<Kind>;
  };
}

/** The lowest `digits` hexadecimal digits of an unsigned 32-bit number. */
function writeHex(target: Buffer, offset: number, value: number, digits: number): void {
  let rest = value;
  for (let place = offset + digits - 1; place >= offset; place--) {
    target[place] = hexDigits[rest & 15]!;
    rest >>>= 4;
  }
}
