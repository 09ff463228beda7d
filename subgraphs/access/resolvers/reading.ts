import { fieldsOf } from '#shared/graphql/columns.ts';
import { scopesOf } from '#shared/identity/identity.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { AccessContext, AccountNode, OrganizationNode } from '../context.ts';
import { seesBilling, seesSignIn, seesWhole } from '../domain/visibility.ts';
import { type AccountFilter, pageOfAccounts } from '../store/accounts.ts';
import { type OrganizationFilter, pageOfOrganizations } from '../store/organizations.ts';

type Page<F> = PageArguments & { readonly filter?: F | null };
interface Reference {
  readonly id: string;
}

function account(id: string | null | undefined, { identity, loadersOf }: AccessContext) {
  return id ? loadersOf(identity).account.load(id) : null;
}

export const queries = {
  viewer: (_parent: unknown, _args: unknown, context: AccessContext) =>
    context.identity.kind === 'account' ? account(context.identity.accountId, context) : null,
  account: (_parent: unknown, { id }: Reference, context: AccessContext) => account(id, context),
  accounts: (_parent: unknown, { filter, ...page }: Page<AccountFilter>, { em, columns }: AccessContext) =>
    pageOfAccounts(em, filter ?? {}, page, columns('Account')),
  organization: (_parent: unknown, { id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).organization.load(id),
  organizations: (_parent: unknown, { filter, ...page }: Page<OrganizationFilter>, { em, columns }: AccessContext) =>
    pageOfOrganizations(em, filter ?? {}, page, columns('Organization')),
};

const accountField = fieldsOf<AccountNode, AccessContext>();
type OfVisibility = 'id' | 'organizationId' | 'seenAs';

/** Resolves a field for identities that may see all fields of the account, else null. */
function ofWhole<const K extends keyof AccountNode & string, R>(
  columns: readonly K[],
  read: (node: Pick<AccountNode, K>) => R,
) {
  return accountField<K | OfVisibility, R | null>(
    ['id', 'organizationId', 'seenAs', ...columns],
    (node, _args, { identity }) => (seesWhole(node.seenAs ?? identity, node) ? read(node) : null),
  );
}

export const Account = {
  __resolveReference: ({ id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).namedAccount.load(id),
  email: ofWhole(['email'], ({ email }) => email),
  roles: ofWhole(['roles'], ({ roles }) => roles),
  scopes: accountField(['id', 'organizationId', 'seenAs', 'roles'], (node, _args, { identity }) => {
    const seer = node.seenAs ?? identity;
    if (!seesWhole(seer, node)) return null;
    // An API key may hold fewer scopes than its account.
    return seer.kind === 'account' && seer.accountId === node.id ? seer.scopes : scopesOf(node.roles);
  }),
  /** These identities are staff or the driver, whom the fleet subgraph allows to see the driver. */
  driver: ofWhole(['driverId'], ({ driverId }) => (driverId ? { id: driverId } : null)),
  active: ofWhole(['deactivatedAt'], ({ deactivatedAt }) => !deactivatedAt),
  createdAt: ofWhole(['createdAt'], ({ createdAt }) => createdAt),
  version: ofWhole(['version'], ({ version }) => version),
  secondFactor: accountField(['id', 'seenAs'], async ({ id, seenAs }, _args, { identity, loadersOf }) => {
    const seer = seenAs ?? identity;
    if (!seesSignIn(seer, id)) return null;
    return (await loadersOf(seer).secondFactor.load(id)) ?? { confirmedAt: null, recoveryCodesLeft: 0 };
  }),
  organization: accountField(['organizationId', 'seenAs'], async ({ organizationId, seenAs }, _args, context) => {
    if (!organizationId) return null;
    const organization = await context.loadersOf(seenAs ?? context.identity).organization.load(organizationId);
    return organization && seenAs ? { ...organization, seenAs } : organization;
  }),
};

const organizationField = fieldsOf<OrganizationNode, AccessContext>();

/** Resolves a field for identities that may see the billing details of the organization, else null. */
function ofBilling<const K extends keyof OrganizationNode & string, R>(
  columns: readonly K[],
  read: (node: Pick<OrganizationNode, K>) => R,
) {
  return organizationField<K | 'id' | 'seenAs', R | null>(['id', 'seenAs', ...columns], (node, _args, { identity }) =>
    seesBilling(node.seenAs ?? identity, node) ? read(node) : null,
  );
}

export const Organization = {
  __resolveReference: ({ id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).organization.load(id),
  billingAddress: ofBilling(['billingAddress'], ({ billingAddress }) => billingAddress),
  vatId: ofBilling(['vatId'], ({ vatId }) => vatId),
  paymentTermsDays: ofBilling(['paymentTermsDays'], ({ paymentTermsDays }) => paymentTermsDays),
  apiKeys: organizationField(['id', 'seenAs'], ({ id, seenAs }, page: PageArguments, { identity, loadersOf }) =>
    loadersOf(seenAs ?? identity).apiKeys(id, page),
  ),
  documents: organizationField(['id', 'seenAs'], ({ id, seenAs }, page: PageArguments, { identity, loadersOf }) =>
    loadersOf(seenAs ?? identity).documents(id, page),
  ),
  accounts: organizationField(['id', 'seenAs'], ({ id, seenAs }, page: PageArguments, { identity, loadersOf }) =>
    loadersOf(seenAs ?? identity).members(id, page),
  ),
};
