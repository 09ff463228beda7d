import { hash } from 'node:crypto';
import { z } from 'zod';
import { documentContract } from '#shared/identity/document-contract.ts';
import { wordIssue } from '#shared/runtime/word-issue.ts';

/** Apollo's persisted query manifest, format 1. `id` is the SHA-256 of the body, in hexadecimal. `contract` is our extension. */
const manifestSchema = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().regex(/^[0-9a-f]{64}$/, 'use the SHA-256 of the body in hexadecimal'),
      name: z.string().min(1).max(200),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string().min(1),
      contract: z.strictObject(documentContract.shape).optional(),
    }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestOperation = Manifest['operations'][number];

/** @throws Error that names the first fault */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('The manifest must be JSON.');
  }
  const parsed = manifestSchema.safeParse(value, { error: wordIssue });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.') || 'The manifest'}: ${issue?.message ?? 'is invalid'}`);
  }
  const forged = parsed.data.operations.find(({ id, body }) => id !== documentId(body));
  if (forged) throw new Error(`${forged.name}: its id must be the SHA-256 of its body in hexadecimal.`);
  return parsed.data;
}

/** The id of a document: the SHA-256 of its text in hexadecimal, as clients of automatic persisted queries compute it. */
export function documentId(text: string): string {
  return hash('sha256', text, 'hex');
}
