import { z } from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose; PostgreSQL takes no NUL.
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** A text of people: trimmed, 1 to `most` characters, well-formed Unicode, no control characters but tab and newline. */
export function text(most: number) {
  return z
    .string()
    .refine(
      (value) => value.isWellFormed() && !controls.test(value),
      'Must be well-formed Unicode without control characters.',
    )
    .transform((value) => value.trim())
    .pipe(z.string().min(1, 'Must not be empty.').max(most, `Must have at most ${most} characters.`));
}

/** As `text`; an absent or blank text is null. */
export function optionalText(most: number) {
  return z
    .preprocess((value) => (typeof value === 'string' && value.trim() === '' ? null : value), text(most).nullish())
    .transform((value) => value ?? null);
}
