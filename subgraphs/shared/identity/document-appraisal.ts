import { z } from 'zod';

/** A field of an operation, by its path of response keys such as `shipments.nodes.stops`, and what its values cost. */
const fieldCost = z.object({ path: z.string(), cost: z.number() });

/** What a document costs, as the gateway computes it for the account that registers the document. */
const figures = z.object({
  /** Points of the most expensive run. */
  maximum: z.number(),
  /** True if every run costs the maximum: no variable is a length or a condition. */
  isConstant: z.boolean().default(false),
  byField: z.array(fieldCost),
  /** Requests to subgraphs. */
  fetches: z.number().int(),
  subgraphs: z.array(z.string()),
  /** Runs per minute that the tier allows, at the maximum price; null without a limit. */
  callsPerMinute: z.number().int().nullable(),
  /** The field whose removal saves most. */
  cheapestDrop: z.object({ path: z.string(), saves: z.number() }).nullable(),
});

/**
 * The result of validating, planning and pricing one document. Gateways make it and give it to the access subgraph before the mutation that
 * registers the document.
 */
export const documentAppraisal = z.object({
  /** SHA-256 of the text in hexadecimal. */
  id: z.string(),
  /** SHA-256 of the supergraph. */
  supergraph: z.string(),
  /** Points that an operation of the account may cost; null for no limit. */
  priceLimit: z.number().nullable().default(null),
  /** Why the document cannot run; empty for one that can. */
  faults: z.array(z.string()),
  /** Null for a document that cannot run. */
  figures: figures.nullable(),
});
export type DocumentAppraisal = z.infer<typeof documentAppraisal>;
export type DocumentFigures = z.infer<typeof figures>;
