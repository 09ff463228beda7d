import { scopesOf } from '#shared/identity/identity.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { AccessContext, AccountNode, OrganizationNode } from '../context.ts';
import { seesBilling, seesWhole } from '../domain/visibility.ts';
import type { AuditEntry as AuditRow } from '../entities.ts';
import { type AccountFilter, pageOfAccounts } from '../store/accounts.ts';
import { type AuditFilter, pageOfAudit } from '../store/audit.ts';
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
  accounts: (_parent: unknown, { filter, ...page }: Page<AccountFilter>, { em }: AccessContext) =>
    pageOfAccounts(em, filter ?? {}, page),
  organization: (_parent: unknown, { id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).organization.load(id),
  organizations: (_parent: unknown, { filter, ...page }: Page<OrganizationFilter>, { em }: AccessContext) =>
    pageOfOrganizations(em, filter ?? {}, page),
  auditEntries: (_parent: unknown, { filter, ...page }: Page<AuditFilter>, { em }: AccessContext) =>
    pageOfAudit(em, filter ?? {}, page),
};

/** Resolves a field for identities that may see all fields of the account, else null. */
function ofWhole<R>(
  read: (node: AccountNode) => R,
): (node: AccountNode, _: unknown, context: AccessContext) => R | null {
  return (node, _args, { identity }) => (seesWhole(node.seenAs ?? identity, node) ? read(node) : null);
}

export const Account = {
  __resolveReference: ({ id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).namedAccount.load(id),
  email: ofWhole(({ email }) => email),
  roles: ofWhole(({ roles }) => roles),
  scopes: ofWhole(({ roles }) => scopesOf(roles)),
  /** These identities are staff or the driver, whom the fleet subgraph allows to see the driver. */
  driver: ofWhole(({ driverId }) => (driverId ? { id: driverId } : null)),
  active: ofWhole(({ deactivatedAt }) => !deactivatedAt),
  createdAt: ofWhole(({ createdAt }) => createdAt),
  version: ofWhole(({ version }) => version),
  organization: async ({ organizationId, seenAs }: AccountNode, _args: unknown, context: AccessContext) => {
    if (!organizationId) return null;
    const organization = await context.loadersOf(seenAs ?? context.identity).organization.load(organizationId);
    return organization && seenAs ? { ...organization, seenAs } : organization;
  },
};

/** Resolves a field for identities that may see the billing details of the organization, else null. */
function ofBilling<R>(
  read: (node: OrganizationNode) => R,
): (node: OrganizationNode, _: unknown, context: AccessContext) => R | null {
  return (node, _args, { identity }) => (seesBilling(node.seenAs ?? identity, node) ? read(node) : null);
}

export const Organization = {
  __resolveReference: ({ id }: Reference, { identity, loadersOf }: AccessContext) =>
    loadersOf(identity).organization.load(id),
  billingAddress: ofBilling(({ billingAddress }) => billingAddress),
  vatId: ofBilling(({ vatId }) => vatId),
  paymentTermsDays: ofBilling(({ paymentTermsDays }) => paymentTermsDays),
  accounts: ({ id, seenAs }: OrganizationNode, page: PageArguments, { identity, loadersOf }: AccessContext) =>
    loadersOf(seenAs ?? identity).members(id, page),
};

export const AuditEntry = {
  actor: ({ actorId }: AuditRow, _args: unknown, context: AccessContext) => account(actorId, context),
  target: async ({ targetKind, targetId }: AuditRow, _args: unknown, { identity, loadersOf }: AccessContext) => {
    if (!targetId) return null;
    const { account, organization } = loadersOf(identity);
    const record = await (targetKind === 'Account' ? account.load(targetId) : organization.load(targetId));
    return record && { ...record, __typename: targetKind };
  },
};
