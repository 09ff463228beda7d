import type { BaseContext } from '#shared/context.ts';
import { hasScope } from '#shared/identity.ts';
import { isUuid } from '#shared/ids.ts';
import { byKey } from '#shared/loader.ts';
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
