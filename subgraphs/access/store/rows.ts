import { rowsOf } from '#shared/database/rows.ts';
import { AccountEntity, AuditEntryEntity, OrganizationEntity } from '../entities.ts';

export const accountRows = rowsOf(AccountEntity);
export const organizationRows = rowsOf(OrganizationEntity);
export const auditRows = rowsOf(AuditEntryEntity);
