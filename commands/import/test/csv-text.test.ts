import { expect, test } from '@jest/globals';
import { toCsv } from '../csv-text.ts';

test('a spreadsheet runs no cell that we write', () => {
  expect(toCsv([['=1+1', '+1', '-1', '@A1', '\tx', '\rx', 'a=1', 'a,"b"']])).toBe(
    `'=1+1,'+1,'-1,'@A1,'\tx,"'\rx",a=1,"a,""b"""\n`,
  );
});
