import { createHash } from 'node:crypto';
import { z } from 'zod';
import { documentAppraisal } from '#shared/identity/document-appraisal.ts';
import { documentContract } from '#shared/identity/document-contract.ts';
import { maxPlannedDocuments, maxRecordedPlans, storedPlan } from '#shared/identity/stored-plan.ts';
import { line } from '#shared/input/text.ts';

/** Documents of one call. Gateways appraise all of them before it. */
const maxDocuments = 200;
const maxLength = 200_000;

const documentId = z.string().regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256 in hexadecimal.');

const operation = z
  .object({
    id: documentId,
    name: line(1, 200),
    type: z.enum(['query', 'mutation', 'subscription'], 'Must be query, mutation or subscription.'),
    body: z.string().min(1).max(maxLength),
    contract: documentContract.nullish().transform((given) => given ?? documentContract.parse({})),
  })
  .refine(({ id, body }) => id === createHash('sha256').update(body).digest('hex'), {
    path: ['id'],
    message: 'Must be the SHA-256 of the body.',
  })
  .refine(({ type, contract }) => type === 'query' || contract.cacheMaxAgeSeconds === null, {
    path: ['contract', 'cacheMaxAgeSeconds'],
    message: 'Only responses of queries can be kept. Leave it out.',
  });

export const registerDocumentsInput = z.object({
  manifest: z.object({
    format: z.literal('apollo-persisted-query-manifest', 'Must be apollo-persisted-query-manifest.'),
    version: z.literal(1, 'Must be 1.'),
    operations: z.array(operation).min(1).max(maxDocuments),
  }),
  clientName: line(1, 100),
  clientVersion: line(1, 100),
  dryRun: z.boolean().default(false),
});
export type RegisterDocuments = z.infer<typeof registerDocumentsInput>;

export const retireDocumentInput = z.object({ documentId });
export type RetireDocument = z.infer<typeof retireDocumentInput>;

export const recordAppraisalsInput = z.object({
  accountId: z.uuid(),
  appraisals: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(documentAppraisal).max(maxDocuments)),
});

export const recordDocumentUsesInput = z.object({
  uses: z.array(z.object({ documentId: z.string(), organizationId: z.uuid().nullish(), at: z.date() })).max(200_000),
});
export type DocumentUse = z.infer<typeof recordDocumentUsesInput>['uses'][number];

const supergraph = z.string().regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256 in hexadecimal.');

export const documentPlansArguments = z.object({
  supergraph,
  documents: z.array(z.string().length(64)).max(maxPlannedDocuments),
});

export const recordPlansInput = z.object({
  supergraph,
  plans: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(storedPlan).max(maxRecordedPlans)),
});
