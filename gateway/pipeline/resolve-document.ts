import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Received } from './stages.ts';

/** Returns the text of the document to run. @throws RequestRefusal when the request has no text */
export function resolveDocument({ source, extensions }: Received): string {
  if (source !== undefined && source !== '') return source;
  if (extensions['persistedQuery'] !== undefined) {
    // Clients of automatic persisted queries recognize this message and send the text instead.
    throw new RequestRefusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  }
  throw new RequestRefusal('BAD_REQUEST', 'The request has no operation. Send its text as "query".');
}
