import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../ids.ts';
import { parsePage } from '../pages/connection.ts';
import { type CursorValue, cursorParts, decodeCursor, encodeCursor, exactly } from '../pages/cursor.ts';
import { runs } from './random.ts';

const id = newId();
const inTime = [cursorParts.time, cursorParts.uuid] as const;

describe('a cursor', () => {
  test('is parsed as it was written', () => {
    const anyTime = fc.date({ min: new Date('0001-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z') });
    fc.assert(
      fc.property(
        anyTime.filter((time) => !Number.isNaN(time.getTime())),
        (time) => {
          expect(decodeCursor(encodeCursor([time.toISOString(), id]), inTime)).toEqual([time, id]);
        },
      ),
      { numRuns: runs(100) },
    );
  });

  test.each<CursorValue[]>([
    ['+275760-09-13T00:00:00.000Z'],
    ['-271821-04-20T00:00:00.000Z'],
    ['0000-12-31T23:59:59.999Z'],
    ['2026-02-30T00:00:00.000Z'],
    ['2026-03-01T24:00:00.000Z'],
    ['2026-03-01'],
    ['2026-03-01T00:00:00Z'],
    ['infinity'],
    ['now'],
    [8.64e15],
    [null],
  ])('with the time %s is refused', (time) => {
    expect(decodeCursor(encodeCursor([time, id]), inTime)).toBeUndefined();
  });

  test.each<[string, CursorValue]>([
    ['text', 'nul\0'],
    ['text', 7],
    ['uuid', 'no-uuid'],
    ['uuid', `${id}'`],
    ['number', '7'],
    ['number', null],
    ['integer', 2 ** 53],
    ['integer', 1.5],
  ])('whose %s is %j is refused', (part, value) => {
    expect(decodeCursor(encodeCursor([value]), [cursorParts[part as keyof typeof cursorParts]])).toBeUndefined();
  });

  test('with an infinite number is refused, although JSON can express one', () => {
    expect(decodeCursor(Buffer.from('[1e999]').toString('base64url'), [cursorParts.number])).toBeUndefined();
  });

  test('of another order, of another length or without JSON is refused', () => {
    const ordered = [exactly('NEWEST'), cursorParts.uuid] as const;
    expect(decodeCursor(encodeCursor(['NEWEST', id]), ordered)).toEqual(['NEWEST', id]);
    expect(decodeCursor(encodeCursor(['OLDEST', id]), ordered)).toBeUndefined();
    expect(decodeCursor(encodeCursor(['NEWEST', id, id]), ordered)).toBeUndefined();
    expect(decodeCursor(encodeCursor(['x'.repeat(4_000)]), [cursorParts.text])).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => decodeCursor(text, inTime) === undefined),
      { numRuns: runs(100) },
    );
  });
});

test('the error of a page names the argument with the invalid cursor', () => {
  const refusal = { code: 'BAD_USER_INPUT', message: 'Invalid cursor. Start again without "before".' };
  expect(() => parsePage({ before: 'nonsense' }, inTime)).toThrow(expect.objectContaining(refusal));
});
