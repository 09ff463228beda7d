import { type PersonalLists, readPersonalLists } from '../database/personal-lists.ts';
import { hasScope, type Identity, sessionOf } from '../identity/identity.ts';
import type { BaseContext } from './context.ts';

/** A reference to what the graph holds of a person. The id is that of the account. */
export interface PersonalDataReference {
  readonly id: string;
  /** From the fleet subgraph, for the subgraphs that know drivers only. */
  readonly driverId?: string | null;
}

/** True for the person, and for administrators. API keys belong to no person. */
function mayExport(identity: Identity, accountId: string): boolean {
  if (identity.kind !== 'account' || !sessionOf(identity)) return false;
  return identity.accountId === accountId || hasScope(identity, 'access:write');
}

/** Refers to a person for those who may export the person's data. */
export function resolvePerson<R extends PersonalDataReference>(reference: R, { identity }: BaseContext): R | null {
  return mayExport(identity, reference.id) ? reference : null;
}

/** Resolves the field with what a subgraph holds of a person. */
export function personalRecords(lists: PersonalLists) {
  return (
    { id, driverId = null }: PersonalDataReference,
    { after = null }: { readonly after?: string | null },
    { em }: Pick<BaseContext, 'em'>,
  ): Promise<object | null> => readPersonalLists(em, lists, { accountId: id, driverId }, after);
}
