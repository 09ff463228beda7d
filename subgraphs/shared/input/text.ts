import { z } from 'zod';
import { parseArgument } from './parse-input.ts';

/** Control characters but tab and line feed. PostgreSQL takes no NUL, and no text of people needs the others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const anyControls = /\p{Cc}/u;

/**
 * Invisible characters that no text needs, such as soft hyphens, blanks without width and changes of direction. Joiners and
 * variation selectors stay: emoji and the scripts of India and Persia are written with them.
 */
const needless =
  /[\p{Default_Ignorable_Code_Point}--[\u200c\u200d\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0020}-\u{e007f}\u{e0100}-\u{e01ef}]]/gv;

/** Drops needless invisible characters and blanks at the ends; empty if nothing is visible. */
function tidy(value: string): string {
  const tidied = value.replaceAll('\r\n', '\n').replaceAll(needless, '').trim();
  return /[^\p{Default_Ignorable_Code_Point}\s]/u.test(tidied) ? tidied : '';
}

/**
 * A text of one or more lines: trimmed, well-formed Unicode, without needless invisible characters. Control characters except
 * tab and line feed are refused.
 */
export function text(least: number, most: number) {
  return sized(least, most, (value) => !controls.test(value));
}

/** Like `text`, but an absent or blank text is null. */
export function optionalText(most: number) {
  return optionally(text(1, most));
}

/** Like `line`, but an absent or blank text is null. */
export function optionalLine(most: number) {
  return optionally(line(1, most));
}

function optionally<S extends z.ZodType<string>>(shape: S) {
  return z
    .preprocess((value) => (typeof value === 'string' && tidy(value) === '' ? null : value), shape.nullish())
    .transform((value) => value ?? null);
}

/** A text of one line, such as a name. Like `text`, but without line feeds and tabs. */
export function line(least: number, most: number) {
  return sized(least, most, (value) => !anyControls.test(value));
}

function sized(least: number, most: number, isPlain: (value: string) => boolean) {
  return z
    .string()
    .transform(tidy)
    .pipe(
      z
        .string()
        .min(least, least === 1 ? 'Must not be empty.' : `Must have at least ${least} characters.`)
        .max(most, `Must have at most ${most} characters.`)
        .refine(isPlain, 'Must not contain control characters.')
        .refine((value) => value.isWellFormed(), 'Must be well-formed Unicode.'),
    );
}

/** Trims and checks the search text of a list. @throws GraphError BAD_USER_INPUT */
export function parseSearch(given: string, name = 'filter.search', most = 100): string {
  return parseArgument(line(1, most), name, given);
}
