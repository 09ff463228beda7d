import { apostrophes, textKey, wordsOf } from './text-key.ts';

/*
 * Full-text search over keys of words. PostgreSQL gets vectors and queries with finished words, because its own parsers
 * and dictionaries depend on the locale of the database and know no references.
 */

/** The longest part of a word that is searched, in characters. A word of a vector must have less than 2,046 bytes. */
const maxWordLength = 100;
/** Positions in a vector end here. */
const lastPosition = 16_383;
/** Runs of digits and letters of one word that are searched on their own. */
const maxRuns = 8;

/**
 * Makes the text of a `tsvector` from the words of these texts. A reference such as "BOL-7788-X" is also found without
 * its dashes, a number also without leading zeros, "PO4500" also by its number, and "O'Hare" also by "Hare". No phrase crosses
 * the end of a text.
 */
export function toSearchVector(texts: readonly (string | null | undefined)[]): string {
  const positions = new Map<string, Set<number>>();
  let position = 0;
  const add = (form: string, at: number) => {
    const known = positions.get(form) ?? new Set();
    positions.set(form, known.add(Math.min(at, lastPosition)));
  };
  for (const text of texts) {
    for (const token of (text ?? '').split(/\s+/u)) {
      const words = searchedWords(token);
      for (const [index, word] of words.entries()) for (const form of formsOf(word)) add(form, position + index + 1);
      if (isReference(words)) add(shortened(words.join('')), position + 1);
      for (const word of wordsAroundApostrophes(token)) add(word, position + 1);
      position += words.length;
    }
    position += 1;
  }
  return [...positions].map(([word, at]) => `'${word}':${[...at].join(',')}`).join(' ');
}

/** One term of a search: its `tsquery`, and whether the text must be without it. */
export interface SearchTerm {
  readonly query: string;
  readonly isExcluded: boolean;
}

/**
 * Parses a search as people type it: beginnings of words, all of which must be found; "a phrase"; -without; a or b.
 * @returns alternatives, each with terms that must all hold; none for a text without letters and digits
 */
export function parseTerms(search: string): SearchTerm[][] {
  const alternatives: SearchTerm[][] = [];
  let current: SearchTerm[] = [];
  for (const [, minus, phrase, token = ''] of search.matchAll(/(-?)"([^"]*)"?|(\S+)/gu)) {
    if (textKey(token) === 'or' && current.length > 0) {
      alternatives.push(current);
      current = [];
      continue;
    }
    const isExcluded = minus === '-' || /^-[^-\s]/u.test(token);
    const query = phrase === undefined ? queryOf(token) : phraseQuery(phrase);
    if (query !== undefined) current.push({ query, isExcluded });
  }
  return current.length > 0 ? [...alternatives, current] : alternatives;
}

function queryOf(token: string): string | undefined {
  const words = searchedWords(token);
  if (words.length === 0) return undefined;
  const alternatives = [words.map(wordQuery).join(' & ')];
  if (isReference(words)) alternatives.unshift(startingWith(shortened(words.join(''))));
  const around = wordsAroundApostrophes(token);
  if (around.length > 0) alternatives.push(around.map(startingWith).join(' & '));
  return alternatives.length === 1 ? `(${alternatives[0]})` : `(${alternatives.map((all) => `(${all})`).join(' | ')})`;
}

/** A word such as "PO4500" also finds "PO 4500". */
function wordQuery(word: string): string {
  const runs = runsOf(word);
  if (runs.length === 1) return startingWith(word);
  return `(${startingWith(word)} | (${runs.map(startingWith).join(' & ')}))`;
}

/** The last word of a phrase may be a beginning. */
function phraseQuery(phrase: string): string | undefined {
  const words = searchedWords(phrase);
  if (words.length === 0) return undefined;
  return words.map((word, index) => (index === words.length - 1 ? startingWith(word) : `'${word}'`)).join(' <-> ');
}

function startingWith(word: string): string {
  return `'${word}':*`;
}

function searchedWords(text: string): string[] {
  return wordsOf(text).map(shortened);
}

/** The words that apostrophes join in one token: none, or several. */
function wordsAroundApostrophes(token: string): string[] {
  const words = token.split(apostrophes).flatMap(searchedWords);
  return words.length > searchedWords(token).length ? words.slice(0, maxRuns) : [];
}

function shortened(word: string): string {
  return word.length <= maxWordLength ? word : [...word].slice(0, maxWordLength).join('');
}

/** Words that one token joins by dashes, slashes or dots, with a number among them. */
function isReference(words: readonly string[]): boolean {
  return words.length > 1 && words.some((word) => /\p{N}/u.test(word));
}

/** The forms in which a word of a text is found. */
function formsOf(word: string): Set<string> {
  const runs = runsOf(word);
  return new Set([word, ...runs, ...runs.map((run) => run.replace(/^0+(?=\p{N})/u, ''))]);
}

function runsOf(word: string): string[] {
  return (word.match(/\p{N}+|\P{N}+/gu) ?? [word]).slice(0, maxRuns);
}
