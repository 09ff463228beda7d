import { z } from 'zod';
import { scopes } from './identity.ts';

/** How an error at a position that cannot be null changes the response: the request parameter `onError`. */
const onErrorValues = ['PROPAGATE', 'NULL', 'HALT'] as const;

/** What the owner of a trusted document has agreed with the graph. Gateways keep it for every run of the document by its owner. */
export const documentContract = z.object({
  /** Points that one run may cost; null for any. */
  maximumPrice: z.number().min(1).nullable().default(null),
  /** Milliseconds that one run may take; null for the gateway's own limit. */
  timeoutMs: z.int().min(10).max(600_000).nullable().default(null),
  /** Seconds for which a client may use a copy of the response to a GET; null if it has to ask each time. */
  cacheMaxAgeSeconds: z.int().min(1).max(86_400).nullable().default(null),
  /** Holds for requests that do not choose; null for the default of the graph. */
  onError: z.enum(onErrorValues).nullable().default(null),
  /** Scopes that a caller must hold. */
  scopes: z
    .array(z.enum(scopes, 'Must be a scope, such as shipments:read.'))
    .max(100)
    .nullish()
    .transform((given) => [...new Set(given)]),
});
export type DocumentContract = z.infer<typeof documentContract>;
