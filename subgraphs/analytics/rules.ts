import { type Rules, withScope } from '#shared/graphql/authorization.ts';

export const rules: Rules = { Query: { executive: withScope('analytics:read') } };
