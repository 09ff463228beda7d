import type { NamedMigration } from '#shared/database/database.ts';
import { CreateAccess } from './0001-access.ts';
import { AddAuditOrigin } from './0002-audit-origin.ts';
import { CountPasswordTries } from './0003-password-tries.ts';
import { MoveKeyedCalls } from './0004-keyed-calls.ts';
import { AddTextKeys } from './0005-text-keys.ts';
import { AddBillingDetails } from './0006-billing-details.ts';
import { RemakeKeys } from './0006-letter-keys.ts';
import { CreateIdempotentCalls } from './0007-idempotent-calls.ts';
import { AddApiKeys } from './0008-api-keys.ts';
import { AddTrustedDocuments } from './0009-trusted-documents.ts';
import { AddSecondFactor } from './0010-second-factor.ts';
import { MoveAuditTrail } from './0011-audit-trail.ts';
import { CountRefusals } from './0011-refusal-counts.ts';
import { AddDocumentContracts } from './0013-document-contracts.ts';
import { AddAcceptedSupergraphs } from './0015-accepted-supergraphs.ts';
import { CountUsage } from './0016-usage.ts';
import { AddSigningKeys } from './0017-signing-keys.ts';
import { AddKeyVersions } from './0018-key-versions.ts';
import { AddDocumentPlans } from './0019-document-plans.ts';
import { AddMail } from './0020-mail.ts';
import { IndexExpiry } from './0021-retention.ts';
import { AddSessionClients } from './0022-session-clients.ts';

export const migrations: readonly NamedMigration[] = [
  { name: '0001-access', class: CreateAccess },
  { name: '0002-audit-origin', class: AddAuditOrigin },
  { name: '0003-password-tries', class: CountPasswordTries },
  { name: '0004-keyed-calls', class: MoveKeyedCalls },
  { name: '0005-text-keys', class: AddTextKeys },
  { name: '0006-billing-details', class: AddBillingDetails },
  { name: '0006-letter-keys', class: RemakeKeys },
  { name: '0007-idempotent-calls', class: CreateIdempotentCalls },
  { name: '0008-api-keys', class: AddApiKeys },
  { name: '0009-trusted-documents', class: AddTrustedDocuments },
  { name: '0010-second-factor', class: AddSecondFactor },
  { name: '0011-audit-trail', class: MoveAuditTrail },
  { name: '0011-refusal-counts', class: CountRefusals },
  { name: '0013-document-contracts', class: AddDocumentContracts },
  { name: '0015-accepted-supergraphs', class: AddAcceptedSupergraphs },
  { name: '0016-usage', class: CountUsage },
  { name: '0017-signing-keys', class: AddSigningKeys },
  { name: '0018-key-versions', class: AddKeyVersions },
  { name: '0019-document-plans', class: AddDocumentPlans },
  { name: '0020-mail', class: AddMail },
  { name: '0021-retention', class: IndexExpiry },
  { name: '0022-session-clients', class: AddSessionClients },
];
