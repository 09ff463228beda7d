import { recordOnce } from '#shared/database/idempotency.ts';
import { changeRecord, keyedCall } from '#shared/graphql/change.ts';
import { parseInput } from '#shared/input/parse-input.ts';
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
    sampleRecords: (_parent, page: PageArguments, { em }) => listSampleRecords(em, page),
  },
  Mutation: {
    createSampleRecord: (_parent, { input }: { input: unknown }, context) =>
      changeRecord(context, 'sampleRecord', (transaction, caller, now) => {
        const parsed = parseInput(createSampleRecordInput, input);
        const { em } = transaction;
        return recordOnce(
          transaction,
          keyedCall(caller, 'createSampleRecord', parsed),
          async () => createSampleRecord(em, parsed, now),
          (id) => em.findOneOrFail(SampleRecordEntity, id),
        );
      }),
  },
  SampleRecord: {
    __resolveReference: ({ id }: Reference, { loaders }: SubgraphNameContext) => loaders.sampleRecord.load(id),
  },
};
