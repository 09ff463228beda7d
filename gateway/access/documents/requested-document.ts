import { z } from 'zod';
import { RequestRefusal } from '../../errors/request-refusal.ts';

/** The document of a request as its client names it: by an id, by its text, or by both. */
export interface RequestedDocument {
  /** SHA-256 of the text in hexadecimal. */
  readonly id: string | undefined;
  readonly text: string | undefined;
  /** Named by `extensions.persistedQuery`: its client sends the text when the gateway does not know it. */
  readonly isAutomatic: boolean;
}

interface Parameters {
  readonly source: string | undefined;
  readonly documentId?: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;
}

const persistedQuery = z.looseObject({ version: z.literal(1), sha256Hash: z.string().min(1).max(200) });

/** @throws RequestRefusal BAD_REQUEST if the request names no document, or names it in a wrong form */
export function readRequestedDocument({ source, documentId, extensions }: Parameters): RequestedDocument {
  const text = source === '' ? undefined : source;
  const named = documentId ? toHash(documentId) : undefined;
  const given = extensions['persistedQuery'];
  if (given !== undefined && given !== null) {
    const parsed = persistedQuery.safeParse(given);
    if (!parsed.success)
      throw badRequest('"extensions.persistedQuery" must be { "version": 1, "sha256Hash": "<SHA-256>" }.');
    const id = toHash(parsed.data.sha256Hash);
    if (named !== undefined && named !== id) {
      throw badRequest(
        '"documentId" and "extensions.persistedQuery.sha256Hash" name different documents. Send one of them.',
      );
    }
    return { id, text, isAutomatic: true };
  }
  if (named !== undefined) return { id: named, text, isAutomatic: false };
  if (text !== undefined) return { id: undefined, text, isAutomatic: false };
  throw badRequest('The request has no operation. Send its text as "query", or its id as "documentId".');
}

/** The hash of an id, which may name the hash function. */
function toHash(id: string): string {
  return id.replace(/^sha256:/i, '').toLowerCase();
}

function badRequest(message: string): RequestRefusal {
  return new RequestRefusal('BAD_REQUEST', message);
}
