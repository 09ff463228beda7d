import { z } from 'zod';

/** From this text, which everybody can read, older versions made the passwords of the database roles. */
const published = 'freight-development-roles';
const leastCharacters = 16;
const leastDifferent = 6;

/** DATABASE_ROLE_SECRET: long, of several characters, and no repetition. */
export const roleSecretSetting = z
  .string()
  .min(leastCharacters, `${leastCharacters} characters or more are required`)
  .refine((text) => text !== published, 'a secret of your own is required; this one is public')
  .refine(
    (text) => new Set(text).size >= leastDifferent && !/^(.+)\1+$/s.test(text),
    'a secret that nobody guesses is required, such as the output of `openssl rand -hex 32`',
  );
