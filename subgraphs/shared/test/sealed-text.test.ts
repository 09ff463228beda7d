import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createTextSealer, type FieldKey, type TextPlace } from '../identity/sealed-text.ts';

const key = (id: string): FieldKey => ({ id, secret: randomBytes(32) });
const place: TextPlace = { table: 'second_factor', column: 'secret', rowId: '1' };
const [old, current] = [key('old'), key('current')];
const sealer = createTextSealer([current]);

test('a sealed text hides the text, differs each time, and is opened by its key', () => {
  const [one, other] = [sealer.seal('Ünïcode 🚚', place), sealer.seal('Ünïcode 🚚', place)];
  expect(one).toMatch(/^1\.current\.[\w-]+$/);
  expect(one).not.toBe(other);
  expect([sealer.open(one, place), sealer.open(other, place)]).toEqual(['Ünïcode 🚚', 'Ünïcode 🚚']);
  expect(sealer.open(sealer.seal('', place), place)).toBe('');
});

test('after a rotation the first key seals, and older texts are opened and known as outdated', () => {
  const before = createTextSealer([old]).seal('text', place);
  const rotated = createTextSealer([current, old]);
  expect(rotated.open(before, place)).toBe('text');
  expect(rotated.isOutdated(before)).toBe(true);
  const after = rotated.seal(rotated.open(before, place), place);
  expect(rotated.isOutdated(after)).toBe(false);
  expect(sealer.open(after, place)).toBe('text');
  expect(() => sealer.open(before, place)).toThrow('FIELD_KEYS has no key with the id "old"');
});

test.each<[string, Partial<TextPlace>]>([
  ['another row', { rowId: '2' }],
  ['another column', { column: 'note' }],
  ['another table', { table: 'account' }],
  ['a place with the same letters', { table: 'second_factor","secret', column: '' }],
])('a text that was copied to %s is not opened', (_title, moved) => {
  expect(() => sealer.open(sealer.seal('text', place), { ...place, ...moved })).toThrow();
});

test('a text with one altered bit is not opened, whichever bit it is', () => {
  const [version, id, encoded = ''] = sealer.seal('text', place).split('.');
  const bytes = Buffer.from(encoded, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const altered = Buffer.from(bytes);
    altered[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => sealer.open([version, id, altered.toString('base64url')].join('.'), place)).toThrow();
  }
});

test('a text under the id of another key is not opened', () => {
  const both = createTextSealer([current, old]);
  expect(() => both.open(sealer.seal('text', place).replace('.current.', '.old.'), place)).toThrow();
});

test.each([
  '',
  'text',
  '1.current',
  '1.current.',
  '2.current.AAAA',
  '1..AAAA',
  '1.current.AAAA',
  '1.current.AAAA.AAAA',
])('"%s" has an unknown form', (text) => {
  expect(() => sealer.open(text, place)).toThrow('a sealed text has an unknown form');
});
