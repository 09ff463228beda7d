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

/**
 * Makes the key under which texts are compared, searched and held unique: without case, accents, compatibility forms and
 * surplus blanks, so that "Zürich", "ZURICH" and a decomposed "Zürich" are equal. It is stored beside the text, because
 * the collations of PostgreSQL differ between installations.
 */
export function textKey(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase() // letters with several lower-case forms, such as ß and the final sigma, have one upper-case form
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/[æðđħıłŋøœßþŧ]/g, (letter) => undecomposed[letter] ?? letter)
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .normalize('NFC');
}

/**
 * Makes the key of a reference as people type it, such as a plate or a number: letters and digits only. A reference
 * without any has its `textKey`.
 */
export function referenceKey(reference: string): string {
  const key = textKey(reference);
  return key.replaceAll(/[^\p{L}\p{N}]+/gu, '') || key;
}

/** The words of a text, by their keys. */
export function wordsOf(text: string): string[] {
  return textKey(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
