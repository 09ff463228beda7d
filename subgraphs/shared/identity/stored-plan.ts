import { z } from 'zod';

/** A query plan of a registered document for one supergraph, which gateways make and the access subgraph keeps. */
export const storedPlan = z.object({
  /** SHA-256 of the document in hexadecimal. */
  document: z.string().length(64),
  /** What tells the plans of a document apart: they depend on what a client may see. */
  key: z.string().max(100),
  /** The plan in the encoding of gateways. */
  plan: z.string().max(1_000_000),
});
export type StoredPlan = z.infer<typeof storedPlan>;

/** Documents whose plans are read at once. */
export const maxPlannedDocuments = 100;
/** Plans that are recorded at once: of each document one for each kind of client. */
export const maxRecordedPlans = 2_000;
