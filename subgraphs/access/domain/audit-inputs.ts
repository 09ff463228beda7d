import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256 in hexadecimal.');
const shortText = z.string().min(1).max(200);

const refusal = z.object({
  caller: shortText,
  code: shortText,
  minute: z.date(),
  count: z.number().int().min(1),
  operationName: shortText.nullish(),
  documentId: shortText.nullish(),
  requestId: shortText,
});

/** What a gateway knows of its requests and the subgraphs do not. */
export const auditReportInput = z.object({
  reportId: z.uuid(),
  responses: z
    .array(z.object({ requestId: shortText, sha256: hash, status: z.number().int(), at: z.date() }))
    .max(10_000),
  refusals: z.array(refusal).max(10_000),
});
export type AuditReport = z.infer<typeof auditReportInput>;

const sequence = z.number().int().min(1, 'Must be at least 1.').nullish();

export const verifyArguments = z.object({
  from: sequence,
  to: sequence,
  anchor: z.object({ sequence: z.number().int().min(0, 'Must be at least 0.'), hash }).nullish(),
});
