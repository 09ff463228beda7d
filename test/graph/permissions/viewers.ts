import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import type { World } from '../../../demo/world.ts';

/** The callers of the matrix, in the order of its columns. */
export const viewerNames = [
  'ADMIN',
  'DISPATCHER',
  'ANALYST',
  'DRIVER',
  'CUSTOMER',
  'PARTNER',
  'KEY',
  'nobody',
] as const;
export type ViewerName = (typeof viewerNames)[number];

/** Staff see the records of all organizations, and nobody has an own record. Others have own records and those of others. */
export const hasOwnRecords = (viewer: ViewerName): boolean =>
  viewer === 'DRIVER' || viewer === 'CUSTOMER' || viewer === 'PARTNER' || viewer === 'KEY';

/** The key belongs to the organization of the partner. */
export function viewersOf({ demo }: World): Readonly<Record<ViewerName, Identity>> {
  const partner = { organizationId: demo.partnerOrganizationId };
  const key = somebody(['PARTNER'], { ...partner, credential: { kind: 'apiKey', id: newId() } });
  return {
    ADMIN: somebody(['ADMIN'], { accountId: demo.admin }),
    DISPATCHER: somebody(['DISPATCHER'], { accountId: demo.dispatcher }),
    ANALYST: somebody(['ANALYST'], { accountId: demo.analyst }),
    DRIVER: somebody(['DRIVER'], { accountId: demo.driver, driverId: demo.driverId }),
    CUSTOMER: somebody(['CUSTOMER'], { organizationId: demo.customerOrganizationId, accountId: demo.customer }),
    PARTNER: somebody(['PARTNER'], { ...partner, accountId: demo.partner }),
    KEY: { ...key, scopes: ['shipments:read'] },
    nobody: anonymous,
  };
}
