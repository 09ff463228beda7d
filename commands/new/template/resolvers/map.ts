import { recordMutation } from '#shared/graphql/mutation.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { SubgraphNameContext } from '../context.ts';
import { createSampleRecordInput } from '../domain/input.ts';
import { SampleRecordEntity } from '../entities.ts';
import { createSampleRecord, listSampleRecords } from '../store/sample-records.ts';

interface Reference {
  readonly id: string;
}

export const resolvers: Subgraph<SubgraphNameContext>['resolvers'] = {
  Query: {
    sampleRecord: (_parent, { id }: Reference, { loaders }) => loaders.sampleRecord.load(id),
    sampleRecords: (_parent, page: PageArguments, { em, columns }) =>
      listSampleRecords(em, page, columns('SampleRecord')),
  },
  Mutation: {
    createSampleRecord: recordMutation('sampleRecord', {
      parse: createSampleRecordInput,
      change: async ({ transaction: { em }, input, now }) => createSampleRecord(em, input, now),
      find: (em, id) => em.findOneOrFail(SampleRecordEntity, id),
    }),
  },
  SampleRecord: {
    __resolveReference: ({ id }: Reference, { loaders }: SubgraphNameContext) => loaders.sampleRecord.load(id),
  },
};
