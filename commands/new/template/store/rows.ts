import { rowsOf } from '#shared/database/rows.ts';
import { SampleRecordEntity } from '../entities.ts';

export const sampleRecordRows = rowsOf(SampleRecordEntity);
