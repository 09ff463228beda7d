import { expect, test } from '@jest/globals';
import { closeReason } from '../edges/websocket/close-reason.ts';

test.each([
  ['Forbidden.', 'FORBIDDEN: Forbidden.'],
  [`${'word '.repeat(30)}end.`, `FORBIDDEN: ${'word '.repeat(20)}word…`],
  [`${'wörd '.repeat(30)}end.`, `FORBIDDEN: ${'wörd '.repeat(17)}wörd…`],
])('a websocket is closed with code and message, cut to 123 bytes at a word: %s', (message, reason) => {
  const made = closeReason({ code: 'FORBIDDEN', message });
  expect(made).toBe(reason);
  expect(Buffer.byteLength(made)).toBeLessThanOrEqual(123);
});
