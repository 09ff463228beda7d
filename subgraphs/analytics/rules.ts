import { type Rules, withScope } from '#shared/authorization.ts';

export const rules: Rules = { Query: { executive: withScope('analytics:read') } };
