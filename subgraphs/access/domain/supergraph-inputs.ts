import { z } from 'zod';
import { line } from '#shared/input/text.ts';

export const acceptSupergraphInput = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256 in hexadecimal.'),
  reason: line(1, 500),
});
export type AcceptSupergraph = z.infer<typeof acceptSupergraphInput>;
