import { z } from 'zod';

/** Settings of `npm run supergraph`. */
export const supergraphSettings = z.object({
  GRAPH_TOKEN: z.string().optional().meta({ description: 'Access token of an administrator.' }),
  GRAPH_EMAIL: z
    .string()
    .default('admin@demo.test')
    .meta({ description: 'Account of an administrator, where GRAPH_TOKEN is absent.' }),
  GRAPH_PASSWORD: z.string().default('freight-demo').meta({ description: 'Password of that account.' }),
  GRAPH_CODE: z.string().optional().meta({ description: 'Code of the second factor of that account, if it has one.' }),
});
