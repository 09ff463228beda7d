import { payloadOf } from '#shared/errors/errors.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { SubgraphNameContext } from '../context.ts';
import { createSampleRecordInput } from '../domain/input.ts';
import { createSampleRecord, listSampleRecords } from '../store/sample-records.ts';

interface Reference {
  readonly id: string;
}

export const resolvers: Subgraph<SubgraphNameContext>['resolvers'] = {
  Query: {
    sampleRecord: (_parent, { id }: Reference, { loaders }) => loaders.sampleRecord.load(id),
    sampleRecords: (_parent, page: PageArguments, { em }) => listSampleRecords(em, page),
  },
  Mutation: {
    createSampleRecord: (_parent, { input }: { input: unknown }, context) =>
      payloadOf(async () => {
        const { accountId } = accountOf(context);
        const parsed = parseInput(createSampleRecordInput, input);
        return { sampleRecord: await createSampleRecord(context.transact, accountId, parsed, context.clock()) };
      }),
  },
  SampleRecord: {
    __resolveReference: ({ id }: Reference, { loaders }: SubgraphNameContext) => loaders.sampleRecord.load(id),
  },
};
