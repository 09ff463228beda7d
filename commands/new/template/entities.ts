import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const SampleRecordEntity = defineEntity({
  name: 'SampleRecord',
  tableName: 'sample_record',
  properties: { id: p.uuid().primary(), name: p.text() },
});
export type SampleRecord = InferEntity<typeof SampleRecordEntity>;

export const entities = [SampleRecordEntity];
