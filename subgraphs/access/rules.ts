import { anybody, gateways, type Rules, signedIn, withScope } from '#shared/graphql/authorization.ts';

const administration = withScope('access:write');
const keyManagement = withScope('access:keys');
const documentRegistration = withScope('access:documents');

export const rules: Rules = {
  Query: {
    viewer: anybody,
    account: signedIn,
    accounts: withScope('access:read'),
    organization: signedIn,
    organizations: withScope('access:read'),
    auditEntries: administration,
    auditRefusals: administration,
    verifyAuditTrail: administration,
    apiKey: keyManagement,
    trustedDocument: documentRegistration,
    accessSnapshot: gateways,
  },
  Mutation: {
    signIn: anybody,
    refreshSession: anybody,
    signOut: anybody,
    changePassword: signedIn,
    endSessions: signedIn,
    createOrganization: administration,
    changeOrganizationTier: administration,
    updateOrganization: administration,
    registerAccount: administration,
    changeAccountRoles: administration,
    deactivateAccount: administration,
    // Clients can't select these fields.
    claimIdempotentCall: anybody,
    finishIdempotentCall: anybody,
    releaseIdempotentCall: anybody,
    createApiKey: keyManagement,
    rotateApiKey: keyManagement,
    revokeApiKey: keyManagement,
    recordApiKeyUses: gateways,
    registerDocuments: documentRegistration,
    retireDocument: documentRegistration,
    recordDocumentAppraisals: gateways,
    recordDocumentUses: gateways,
    recordAuditReport: gateways,
    recordUsage: gateways,
  },
  Organization: {
    apiKeys: keyManagement,
    documents: documentRegistration,
  },
};
