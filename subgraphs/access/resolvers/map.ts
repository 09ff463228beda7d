import { scalars } from '#shared/graphql/scalars.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { AccessContext } from '../context.ts';
import { administrationMutations } from './administration.ts';
import { idempotentCallMutations } from './idempotent-calls.ts';
import { ownAccessMutations } from './own-access.ts';
import { Account, AuditEntry, Organization, queries } from './reading.ts';
import { sessionMutations } from './sessions.ts';

export const resolvers: Subgraph<AccessContext>['resolvers'] = {
  DateTime: scalars.DateTime,
  Query: queries,
  Mutation: { ...sessionMutations, ...ownAccessMutations, ...administrationMutations, ...idempotentCallMutations },
  Account,
  Organization,
  AuditEntry,
};
