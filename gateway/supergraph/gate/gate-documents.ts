import { documentId } from '../../access/documents/manifest.ts';
import {
  type Listing,
  partnerClient,
  type TrustedDocument,
  type TrustedDocuments,
} from '../../access/documents/trusted-documents.ts';
import type { DocumentUser } from './compare-document.ts';
import type { RecentOperations, Sender } from './recent-operations.ts';
import type { GateDocument } from './run-gate.ts';

/** The documents that a new supergraph must not damage: those that are registered, and those that callers have sent recently. */
export function* gateDocuments(trusted: TrustedDocuments, recent?: RecentOperations): Generator<GateDocument> {
  for (const { id } of trusted.all()) {
    const document = trusted.find(id);
    if (document) yield registered(document, trusted.textOf(id));
  }
  for (const { shape, operation, senders } of recent?.recent() ?? []) {
    const owners = [...senders.values()];
    yield {
      document: documentId(shape),
      operation,
      owners,
      text: shape,
      isRegistered: false,
      maximumPrice: null,
      users: owners.map(senderOf),
    };
  }
}

function registered({ id, name, listings }: TrustedDocument, text: string): GateDocument {
  const agreed = listings.flatMap(({ contract }) => contract?.maximumPrice ?? []);
  return {
    document: id,
    operation: name,
    owners: listings.map(({ client, organizationId }) => ({ client, organizationId })),
    text,
    isRegistered: true,
    maximumPrice: agreed.length > 0 ? Math.min(...agreed) : null,
    users: listings.flatMap(usersOf),
  };
}

/** Staff see everything, so that no tag hides anything from them. */
function usersOf({ client, organizationId, tier }: Listing): DocumentUser[] {
  if (organizationId !== null) return [{ audience: 'partner', tier, isKnown: true }];
  if (client === partnerClient) return [{ audience: 'partner', tier: null, isKnown: true }];
  return (['app', 'anonymous'] as const).map((audience) => ({ audience, tier: null, isKnown: false }));
}

function senderOf({ audience }: Sender): DocumentUser {
  return { audience, tier: null, isKnown: true };
}
