import { z } from 'zod';

/** A key with which a mutation makes its change once, however often it is sent. All subgraphs accept the same keys. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{8,64}$/, 'Must be 8 to 64 visible ASCII characters.');
