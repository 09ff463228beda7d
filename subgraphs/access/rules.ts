import { anybody, type Rules, signedIn, withScope } from '#shared/graphql/authorization.ts';

const administration = withScope('access:write');

export const rules: Rules = {
  Query: {
    viewer: anybody,
    account: signedIn,
    accounts: withScope('access:read'),
    organization: signedIn,
    organizations: withScope('access:read'),
    auditEntries: administration,
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
  },
};
