import { z } from 'zod';

/** Settings of `npm run analyze`. The address is no argument, because others can read the password in it. */
export const analyzeSettings = z.object({
  ANALYZE_DATABASE_URL: z.url().optional().meta({
    description: 'PostgreSQL of the product, as a role of pg_monitor.',
    otherwise: 'statements and indexes are not analyzed',
  }),
});
