import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const manifest = z.object({ operations: z.array(z.object({ id: z.string(), name: z.string() })) });

/** The id of a trusted document that partners, too, may run. */
export function partnerDocumentId(name: string): string {
  const file = join(import.meta.dirname, '../schema/manifests/partner.json');
  const { operations } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')));
  const found = operations.find((operation) => operation.name === name);
  if (!found) throw new Error(`${file} has no document ${name}.`);
  return found.id;
}
