import { z } from 'zod';

/** Public secret from which older releases derived the passwords of the database roles. */
const published = 'freight-development-roles';
const minCharacters = 16;
const minDifferent = 6;

/** DATABASE_ROLE_SECRET must be long, have several different characters, and not be a repetition. */
export const roleSecretSetting = z
  .string()
  .min(minCharacters, `use ${minCharacters} characters or more`)
  .refine((text) => text !== published, 'a secret of your own is required; this one is public')
  .refine(
    (text) => new Set(text).size >= minDifferent && !/^(.+)\1+$/s.test(text),
    'a secret that is hard to guess is required, such as the output of `openssl rand -hex 32`',
  );
