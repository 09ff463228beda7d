import type { IncomingHttpHeaders } from 'node:http';
import { RequestRefusal } from '../../errors/request-refusal.ts';

/**
 * Headers that a page of another origin can't set without a CORS preflight (Fetch standard, "CORS-safelisted request-header"), and that
 * proxies do not add. `authorization` counts with the Bearer scheme only, because browsers add Basic credentials by themselves.
 */
const proofs = [
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'graphql-client-name',
  'x-graphql-client-name',
  'x-requested-with',
  'x-csrf-token',
  'x-api-key',
  'graphql-explain',
  'graphql-dry-run',
];
/** Content types that a page of another origin can send without a preflight. */
const simpleTypes = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/** Refuses a request that a page of another origin could make a browser send without a preflight. @throws RequestRefusal BAD_REQUEST */
export function refuseForgery(headers: IncomingHttpHeaders): void {
  const type = headers['content-type'];
  if (type !== undefined && !simpleTypes.test(type)) return;
  if (/^bearer /i.test(headers.authorization ?? '')) return;
  for (const name of proofs) if (headers[name]) return;
  throw new RequestRefusal(
    'BAD_REQUEST',
    'A page of another origin could have sent this request (CSRF). Send "content-type: application/json", ' +
      'or one of the headers authorization (Bearer), apollo-require-preflight or graphql-require-preflight.',
  );
}
