import { JsonScalar, scalars } from '#shared/graphql/scalars.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { AccessContext } from '../context.ts';
import { accountSessions, Session } from './account-sessions.ts';
import { administrationMutations } from './administration.ts';
import { ApiKey, apiKeyMutations, apiKeyQueries } from './api-keys.ts';
import { AuditEntry, AuditRefusal, auditMutations, auditQueries } from './audit.ts';
import { documentMutations, documentQueries, TrustedDocument } from './documents.ts';
import { idempotentCallMutations } from './idempotent-calls.ts';
import { ownAccessMutations } from './own-access.ts';
import { passwordResetMutations } from './password-reset.ts';
import { PersonalData, personalDataMutations } from './personal-data.ts';
import { Account, Organization, queries } from './reading.ts';
import { secondFactorMutations } from './second-factor.ts';
import { sessionMutations } from './sessions.ts';
import { supergraphMutations } from './supergraphs.ts';
import { accountUsage, organizationUsage, Usage, usageMutations } from './usage.ts';

export const resolvers: Subgraph<AccessContext>['resolvers'] = {
  DateTime: scalars.DateTime,
  JSON: JsonScalar,
  Query: { ...queries, ...auditQueries, ...apiKeyQueries, ...documentQueries },
  Mutation: {
    ...sessionMutations,
    ...auditMutations,
    ...ownAccessMutations,
    ...passwordResetMutations,
    ...secondFactorMutations,
    ...administrationMutations,
    ...personalDataMutations,
    ...apiKeyMutations,
    ...idempotentCallMutations,
    ...documentMutations,
    ...supergraphMutations,
    ...usageMutations,
  },
  Account: { ...Account, ...accountSessions, ...accountUsage },
  Session,
  Organization: { ...Organization, ...organizationUsage },
  Usage,
  ApiKey,
  TrustedDocument,
  AuditEntry,
  AuditRefusal,
  PersonalData,
};
