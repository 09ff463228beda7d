import { rowsOf } from '#shared/database/rows.ts';
import { CompanyDayEntity } from '../entities.ts';

export const companyDayRows = rowsOf(CompanyDayEntity);
