import { rowsOf } from '#shared/database/rows.ts';
import {
  AccountEntity,
  ApiKeyEntity,
  AuditEntryEntity,
  OrganizationEntity,
  SessionEntity,
  TrustedDocumentEntity,
} from '../entities.ts';

export const accountRows = rowsOf(AccountEntity);
export const organizationRows = rowsOf(OrganizationEntity);
export const sessionRows = rowsOf(SessionEntity);
export const apiKeyRows = rowsOf(ApiKeyEntity);
export const documentRows = rowsOf(TrustedDocumentEntity);
export const auditRows = rowsOf(AuditEntryEntity);
