import { onlyColumns, pagesOf } from '#shared/database/list.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, byKey, idOf } from '#shared/graphql/loader.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { accountsByName } from './store/accounts.ts';
import { apiKeysByAge, visibleApiKeys } from './store/api-keys.ts';
import { placesOf, responsesOf } from './store/audit-marks.ts';
import { documentsByAge, visibleDocuments } from './store/document-list.ts';
import { accountRows, apiKeyRows, organizationRows } from './store/rows.ts';
import { readFactors } from './store/second-factors.ts';
import { liveSessions, sessionsByAge } from './store/session-list.ts';
import { namedAccounts, visibleAccounts, visibleMembers, visibleOrganizations } from './store/visibility.ts';

/** Loaders of the records that one identity may see. Their statements do not read other records. */
export function createLoaders({ em, columns, clock }: BaseContext, identity: Identity) {
  const accounts = accountRows.only(columns('Account'), ['id']);
  const organizations = organizationRows.only(columns('Organization'), ['id']);
  const apiKeys = apiKeyRows.only(columns('ApiKey'), ['id']);
  const keysByAge = onlyColumns(apiKeysByAge, columns('ApiKey'), ['id']);
  const documents = onlyColumns(documentsByAge, columns('TrustedDocument'), ['id']);
  const members = onlyColumns(accountsByName, columns('Account'), ['id']);
  return {
    account: byId((ids) => accounts.readBy(em, 'id', ids, { where: visibleAccounts(identity) }), idOf),
    /** Accounts to which records refer. The resolvers of their fields decide which fields are visible. */
    namedAccount: byId((ids) => accounts.readBy(em, 'id', ids, { where: namedAccounts(identity) }), idOf),
    organization: byId((ids) => organizations.readBy(em, 'id', ids, { where: visibleOrganizations(identity) }), idOf),
    apiKey: byId((ids) => apiKeys.readBy(em, 'id', ids, { where: visibleApiKeys(identity) }), idOf),
    auditResponse: byKey(
      (ids) => responsesOf(em, ids),
      ({ requestId }) => requestId,
    ),
    auditPlace: byKey(
      (ids) => placesOf(em, ids),
      ({ recordId }) => recordId,
    ),
    /** Confirmed second factors by account. The resolver decides who may see them. */
    secondFactor: byId(
      (ids) => readFactors(em, ids),
      ({ accountId }) => accountId,
    ),
    /** A page of the sessions of an account. The resolver decides who may see them. */
    sessions: pagesOf(em, onlyColumns(sessionsByAge, columns('Session'), ['id']), 'account_id', [
      liveSessions(clock()),
    ]),
    /** A page of the API keys of an organization. */
    apiKeys: pagesOf(em, keysByAge, 'organization_id', [visibleApiKeys(identity)]),
    /** A page of the documents that an organization has registered. */
    documents: pagesOf(em, documents, 'organization_id', [visibleDocuments(identity)]),
    /** A page of the accounts of an organization. */
    members: pagesOf(em, members, 'organization_id', [visibleMembers(identity)]),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
