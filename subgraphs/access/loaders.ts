import type DataLoader from 'dataloader';
import type { EntityManager } from '#shared/database/database.ts';
import { byKey } from '#shared/graphql/loader.ts';
import type { Identity } from '#shared/identity/identity.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { Account, Organization } from './entities.ts';
import { countMembers, membersPage, namedAccounts, pagesOfMembers, visibleAccounts } from './store/accounts.ts';
import { visibleOrganizations } from './store/organizations.ts';

/** What one identity may see, read in batches. */
export interface Loaders {
  readonly account: DataLoader<string, Account | null>;
  /** Accounts that records name: who acted, who wrote. Their fields decide what is shown. */
  readonly namedAccount: DataLoader<string, Account | null>;
  readonly organization: DataLoader<string, Organization | null>;
  /** A page of each organization's accounts: one statement per distinct page. */
  members(organizationId: string, page: PageArguments): Promise<Connection<Account>>;
}

export function createLoaders(em: EntityManager, identity: Identity): Loaders {
  const counts = byKey(
    (ids) => countMembers(em, identity, ids),
    (row) => row.organizationId,
  );
  const pages = new Map<string, DataLoader<string, { readonly rows: readonly Account[] } | null>>();
  const pageLoader = (page: PageArguments) => {
    const key = JSON.stringify([page.first, page.after, page.last, page.before]);
    const loader =
      pages.get(key) ??
      byKey(
        async (ids: readonly string[]) =>
          [...(await pagesOfMembers(em, identity, ids, page))].map(([id, rows]) => ({ id, rows })),
        ({ id }) => id,
      );
    pages.set(key, loader);
    return loader;
  };
  return {
    account: byKey(
      (ids) => visibleAccounts(em, identity, ids),
      ({ id }) => id,
    ),
    namedAccount: byKey(
      (ids) => namedAccounts(em, identity, ids),
      ({ id }) => id,
    ),
    organization: byKey(
      (ids) => visibleOrganizations(em, identity, ids),
      ({ id }) => id,
    ),
    async members(organizationId, page) {
      const loaded = await pageLoader(page).load(organizationId);
      const count = async () => (await counts.load(organizationId))?.count ?? 0;
      return membersPage(loaded?.rows ?? [], page, count);
    },
  };
}
