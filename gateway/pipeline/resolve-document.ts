import type { Identity } from '#shared/identity/identity.ts';
import { type Audience, audienceOf } from '../access/documents/audience.ts';
import type { AutomaticDocuments } from '../access/documents/automatic-documents.ts';
import { documentId } from '../access/documents/manifest.ts';
import { type DocumentForm, type DocumentPolicy, documentRules } from '../access/documents/policy.ts';
import { type RequestedDocument, readRequestedDocument } from '../access/documents/requested-document.ts';
import type { TrustedDocument, TrustedDocuments } from '../access/documents/trusted-documents.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import { requireScopes } from './contract.ts';
import type { Identified, Resolved } from './stages.ts';

export interface ResolveOptions {
  readonly trusted: TrustedDocuments;
  readonly automatic: AutomaticDocuments;
  readonly policies: Readonly<Record<Audience, DocumentPolicy>>;
  /** Called for each request with a document that is registered for its caller. */
  readonly onUsed?: ((document: TrustedDocument, identity: Identity) => void) | undefined;
  /** Called under `log-only` for a request that `registered` would refuse. */
  readonly onUnlisted: (identified: Identified, unlisted: UnlistedDocument) => void;
}

export interface UnlistedDocument {
  readonly audience: Audience;
  /** The code of the refusal. */
  readonly code: string;
  /** SHA-256 of its text. */
  readonly id: string;
}

/**
 * Finds the text of the document to run: by the id of a trusted document, by the hash of a text that a client has sent before, or in the request.
 * Whether the caller may run it follows from the policy for its audience.
 * @throws RequestRefusal
 */
export function resolveDocument(identified: Identified, options: ResolveOptions): Resolved {
  const { trusted, automatic, policies, onUsed, onUnlisted } = options;
  const audience = audienceOf(identified.caller.identity);
  const requested = readRequestedDocument(identified);
  const known = requested.id === undefined ? undefined : trusted.find(requested.id);
  if (known && requested.text !== undefined) requireHash(requested.text, known.id, trusted.textOf(known.id));
  const listing = known && trusted.listingFor(known, identified.caller.identity);
  const contract = listing?.contract;
  const { action, report } = documentRules[policies[audience]][listing ? 'listed' : formOf(requested)];
  if (contract) requireScopes(contract, identified.caller.identity);
  if (known && listing) onUsed?.(known, identified.caller.identity);
  if (report) onUnlisted(identified, { audience, code: report, id: requested.id ?? documentId(requested.text ?? '') });
  const onError = identified.onError ?? contract?.onError ?? 'PROPAGATE';
  const found = (source: string): Resolved => ({
    ...identified,
    ...{ source, trusted: known, contract, onError, keepAs: undefined },
  });
  switch (action) {
    case 'run':
      return found(known ? trusted.textOf(known.id) : (requested.text ?? ''));
    case 'look up': {
      if (known) return found(trusted.textOf(known.id));
      const text = automatic.find(requested.id ?? '');
      if (text === undefined) throw notFound(requested);
      return found(text);
    }
    case 'keep': {
      if (known) return found(trusted.textOf(known.id));
      const { id = '', text = '' } = requested;
      requireHash(text, id, automatic.find(id));
      return { ...found(text), keepAs: id };
    }
    default:
      throw new RequestRefusal(action, refusals[action]);
  }
}

const refusals = {
  PERSISTED_QUERY_NOT_IN_LIST:
    'No document with this id is registered for you. Register it, or send the id of a registered one.',
  PERSISTED_QUERY_ID_REQUIRED:
    'Documents run by their id here. Send the SHA-256 of the text as extensions.persistedQuery.sha256Hash or as "documentId".',
};

function formOf({ id, text }: RequestedDocument): DocumentForm {
  if (id === undefined) return 'text';
  return text === undefined ? 'unlisted hash' : 'unlisted hash with text';
}

/** @param known a text whose hash is known to be `id` @throws RequestRefusal BAD_REQUEST */
function requireHash(text: string, id: string, known: string | undefined): void {
  if (text === known || documentId(text) === id) return;
  // Apollo's own message, by which its clients recognize a wrong hash.
  throw new RequestRefusal('BAD_REQUEST', 'provided sha does not match query');
}

/** Clients of automatic persisted queries recognize code and message, and send the text. The response must not be cached: it changes with that. */
function notFound({ isAutomatic }: RequestedDocument): RequestRefusal {
  if (!isAutomatic) return new RequestRefusal('PERSISTED_QUERY_NOT_IN_LIST', refusals.PERSISTED_QUERY_NOT_IN_LIST);
  return new RequestRefusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
}
