import type { PageArguments } from '#shared/connection.ts';
import { accountOf } from '#shared/context.ts';
import { payloadOf } from '#shared/errors.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { SubgraphNameContext } from '../context.ts';
import { type CreateSampleRecord, parseCreateSampleRecord } from '../domain/input.ts';
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
    createSampleRecord: (_parent, { input }: { input: CreateSampleRecord }, context) =>
      payloadOf(async () => {
        const { accountId } = accountOf(context);
        const parsed = parseCreateSampleRecord(input);
        return { sampleRecord: await createSampleRecord(context.transact, accountId, parsed, context.clock()) };
      }),
  },
  SampleRecord: {
    __resolveReference: ({ id }: Reference, { loaders }: SubgraphNameContext) => loaders.sampleRecord.load(id),
  },
};
