import type { BaseContext } from '#shared/graphql/context.ts';
import { byKey } from '#shared/graphql/loader.ts';
import { hasScope } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import { SampleRecordEntity } from './entities.ts';

/** One loader per key and request. What the identity may not see is not read. */
export function createLoaders({ em, identity }: BaseContext) {
  const visible = (ids: readonly string[]) => (hasScope(identity, 'access:read') ? ids.filter(isUuid) : []);
  return {
    sampleRecord: byKey(
      (ids) => em.find(SampleRecordEntity, { id: { $in: visible(ids) } }),
      ({ id }) => id,
    ),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
