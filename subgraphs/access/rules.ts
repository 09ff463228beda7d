import {
  anybody,
  gateways,
  inPerson,
  type Rules,
  signedIn,
  signedInPerson,
  steppedUp,
  withScope,
} from '#shared/graphql/authorization.ts';

const administration = withScope('access:write');
const sensitiveAdministration = steppedUp(administration);
const keyManagement = withScope('access:keys');
const keyChange = steppedUp(keyManagement);
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
    trustedDocuments: administration,
    accessSnapshot: gateways,
    documentPlans: gateways,
  },
  Mutation: {
    signIn: anybody,
    answerChallenge: anybody,
    refreshSession: anybody,
    signOut: anybody,
    changePassword: signedInPerson,
    requestPasswordReset: anybody,
    resetPassword: anybody,
    endSessions: signedIn,
    enrolSecondFactor: inPerson,
    confirmSecondFactor: inPerson,
    stepUp: signedInPerson,
    regenerateRecoveryCodes: signedInPerson,
    removeSecondFactor: signedInPerson,
    resetSecondFactor: sensitiveAdministration,
    createOrganization: sensitiveAdministration,
    changeOrganizationTier: sensitiveAdministration,
    updateOrganization: sensitiveAdministration,
    registerAccount: sensitiveAdministration,
    changeAccountRoles: sensitiveAdministration,
    deactivateAccount: sensitiveAdministration,
    erasePersonalData: sensitiveAdministration,
    exportPersonalData: steppedUp(signedIn),
    // Clients can't select these fields.
    claimIdempotentCall: anybody,
    beginIdempotentCall: anybody,
    finishIdempotentCall: anybody,
    releaseIdempotentCall: anybody,
    createApiKey: keyChange,
    rotateApiKey: keyChange,
    revokeApiKey: keyChange,
    recordApiKeyUses: gateways,
    registerDocuments: documentRegistration,
    retireDocument: documentRegistration,
    acceptSupergraph: sensitiveAdministration,
    recordDocumentAppraisals: gateways,
    recordDocumentUses: gateways,
    recordDocumentPlans: gateways,
    recordAuditReport: gateways,
    recordUsage: gateways,
  },
  Organization: {
    apiKeys: keyManagement,
    documents: documentRegistration,
  },
};
