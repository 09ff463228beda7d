import { expect } from '@jest/globals';
import fc from 'fast-check';
import { runs } from './random.ts';

/** How somebody types a text that another wrote. */
interface Typing {
  readonly letters: 'as written' | 'small' | 'capital';
  readonly form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD';
  readonly accents: 'kept' | 'omitted';
  /** Full-width letters come from East Asian keyboards. */
  readonly width: 'usual' | 'full';
  readonly blanks: '' | ' ';
}

const typing: fc.Arbitrary<Typing> = fc.record({
  letters: fc.constantFrom('as written' as const, 'small' as const, 'capital' as const),
  form: fc.constantFrom('NFC' as const, 'NFD' as const, 'NFKC' as const, 'NFKD' as const),
  accents: fc.constantFrom('kept' as const, 'omitted' as const),
  width: fc.constantFrom('usual' as const, 'full' as const),
  blanks: fc.constantFrom('' as const, ' ' as const),
});

/** A name in Latin, Greek or Cyrillic letters. */
const names = fc.stringMatching(/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]{3,12}$/u);

/** A reference such as a plate or a licence number, at most 10 characters long. */
const references = fc.stringMatching(/^[A-ZÄÖÜÉŁ]{1,3}[- ]?[A-Z0-9]{2,3}[- .]?[0-9]{1,2}$/u);

/** The marks that people omit. The Greek iota subscript is none of them: it is a letter in capitals. */
const marks = /(?!\u0345)\p{M}/gu;

function typeAs(text: string, { letters, form, accents, width, blanks }: Typing): string {
  const bare = accents === 'omitted' ? text.normalize('NFD').replaceAll(marks, '') : text;
  const cased = { 'as written': bare, small: bare.toLowerCase(), capital: bare.toUpperCase() }[letters];
  const formed = cased.normalize(form);
  const wide = width === 'full' ? formed.replaceAll(/[!-~]/g, (sign) => fullWidth(sign)) : formed;
  return `${blanks}${wide.replaceAll(' ', ` ${blanks}`)}${blanks}`;
}

const fullWidth = (sign: string) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0);

type TypedText = readonly [text: string, typed: readonly string[]];

/** Names, each with three ways in which others type it. */
const typedNames: fc.Arbitrary<TypedText> = fc
  .tuple(numbered(names), threeOf(typing))
  .map(([text, ways]) => [text, ways.map((way) => typeAs(text, way))]);

/** References, which people type with other separators between their parts, or with none. */
const typedReferences: fc.Arbitrary<TypedText> = fc
  .tuple(numbered(references), threeOf(fc.tuple(typing, fc.constantFrom('', ' ', '-', '.', '/'))))
  .map(([text, ways]) => [text, ways.map(([way, separator]) => typeAs(text.replaceAll(/[- .]/g, separator), way))]);

function threeOf<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(values, { minLength: 3, maxLength: 3 });
}

/** With a number, so that hardly two records are the same. */
function numbered(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(texts, fc.integer({ min: 100_000, max: 999_999 })).map(([text, number]) => `${text} ${number}`);
}

type Write = (text: string) => Promise<string>;
type Find = (typed: string) => Promise<readonly string[]>;

/** Whatever name somebody writes, the same name in another case, accent or normal form finds the record. */
export const expectNamesToBeFound = (write: Write, find: Find) => expectToBeFound(typedNames, write, find);
/** The same for references, also with other separators. */
export const expectReferencesToBeFound = (write: Write, find: Find) => expectToBeFound(typedReferences, write, find);

async function expectToBeFound(texts: fc.Arbitrary<TypedText>, write: Write, find: Find): Promise<void> {
  await fc.assert(
    fc.asyncProperty(texts, async ([text, typed]) => {
      const id = await write(text);
      for (const each of typed)
        expect({ text: each, found: await find(each) }).toMatchObject({ found: expect.arrayContaining([id]) });
    }),
    { numRuns: runs(8) },
  );
}
