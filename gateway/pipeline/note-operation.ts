import { clientName } from '../access/clients/client-name.ts';
import { audienceOf } from '../access/documents/audience.ts';
import type { RecentOperations } from '../supergraph/gate/recent-operations.ts';
import type { Checked } from './stages.ts';

/** Notes the shape of a document that is not registered, on which the next supergraph is tried. */
export function noteOperation(recent: RecentOperations, { trusted, document, headers, caller }: Checked): void {
  if (!trusted) recent.note(document, { client: clientName(headers), audience: audienceOf(caller.identity) });
}
