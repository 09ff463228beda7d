import { z } from 'zod';

/** Settings of `npm run load` with `--url`. Keys are no arguments, because others can read those of a process. */
export const loadSettings = z.object({
  API_KEYS: z
    .string('use API keys with commas between them')
    .transform((text) => text.split(','))
    .meta({
      description: 'API keys of the organizations that load the product at --url.',
      form: 'keys with commas between them',
      otherwise: 'required with --url',
    }),
});
