/** Letters that Unicode does not decompose into a base letter and a mark, in the spelling without marks. */
const undecomposed: Readonly<Record<string, string>> = {
  æ: 'ae',
  ð: 'd',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŋ: 'n',
  ø: 'o',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
  ŧ: 't',
};

/** Apostrophes as people type them. Names are written with and without: "D'Angelo", "Dangelo". */
export const apostrophes = /['\u2018\u2019\u201b\uff07`´\u02bb\u02bc]/gu;

/** Invisible characters, as in NFKC_Casefold (Unicode, section 5.18), and the stroke that draws Arabic words out. */
const unseen = /[\p{Default_Ignorable_Code_Point}\u0640]/gu;

/**
 * Accents and points that people omit: of Latin, Greek and Cyrillic letters, Arabic harakat and Hebrew points. Marks of other
 * scripts are vowels or make another consonant. So are the Japanese voicing marks, which Unicode counts to all scripts.
 */
const accents =
  /[[\p{M}&&[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]]--[\u3099\u309a]]/gv;

/**
 * Makes the key under which texts are compared, searched and held unique: without case, accents, apostrophes, invisible
 * characters, compatibility forms and surplus blanks, so that "Zürich", "ZURICH" and a decomposed "Zürich" are equal. It is
 * stored beside the text, because the collations of PostgreSQL differ between installations.
 */
export function textKey(text: string): string {
  return withoutUnseen(withoutUnseen(text).normalize('NFKC'))
    .toUpperCase() // letters with several lower-case forms, such as ß and the final sigma, have one upper-case form
    .normalize('NFKD')
    .replaceAll(accents, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/[æðđħıłŋøœßþŧ]/g, (letter) => undecomposed[letter] ?? letter)
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .normalize('NFC');
}

function withoutUnseen(text: string): string {
  return text.replaceAll(unseen, '').replaceAll(apostrophes, '');
}

/**
 * Makes the key of a reference as people type it, such as a plate or a number: letters and digits only. A reference
 * without any has its `textKey`.
 */
export function referenceKey(reference: string): string {
  const key = textKey(reference);
  return key.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '') || key;
}

/** The words of a text, by their keys. */
export function wordsOf(text: string): string[] {
  return textKey(text)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');
}
