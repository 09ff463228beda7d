import { type Rules, withScope } from '#shared/graphql/authorization.ts';

const read = withScope('access:read');
const write = withScope('access:write');

/** The same scopes as in the SDL. */
export const rules: Rules = {
  Query: { sampleRecord: read, sampleRecords: read },
  Mutation: { createSampleRecord: write },
};
