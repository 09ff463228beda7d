import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, idOf } from '#shared/graphql/loader.ts';
import { hasScope } from '#shared/identity/identity.ts';
import { sampleRecordRows } from './store/rows.ts';

/** One loader per key and request. Records that the identity may not see are not read. */
export function createLoaders({ em, identity, columns }: BaseContext) {
  const rows = sampleRecordRows.only(columns('SampleRecord'), ['id']);
  const mayRead = hasScope(identity, 'access:read');
  return {
    sampleRecord: byId(async (ids) => (mayRead ? rows.readBy(em, 'id', ids) : []), idOf),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
