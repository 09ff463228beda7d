import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { AuditAction, AuditTargetKind } from '#shared/audit/actions.ts';
import type { AuditChange } from '#shared/audit/fact.ts';
import { auditSchema } from '#shared/database/audit-schema.ts';
import { SealedText } from '#shared/database/sealed-column.ts';
import type { DocumentFigures } from '#shared/identity/document-appraisal.ts';
import type { Scope } from '#shared/identity/identity.ts';
import { emailKey, emailPurpose } from '#shared/input/email-key.ts';
import type { Role, Tier } from '#shared/vocabulary.ts';
import type { BillingAddress } from './domain/billing-details.ts';
import type { RegisteredContract } from './domain/document-contract.ts';

export const OrganizationEntity = defineEntity({
  name: 'Organization',
  tableName: 'organization',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    /** The `textKey` of the name, which is unique. */
    nameKey: p.text(),
    industry: p.text().nullable(),
    tier: p.text().$type<Tier>(),
    billingAddress: p.json<BillingAddress>().nullable(),
    /** Without blanks, in capital letters. */
    vatId: p.text().nullable(),
    paymentTermsDays: p.integer().default(30),
    /** True for an organization that only tries the graph out. */
    sandbox: p.boolean().default(false),
    createdAt: p.datetime(3),
    version: p.integer(),
  },
});
export type Organization = InferEntity<typeof OrganizationEntity>;

export const accountEmail = new SealedText(
  { table: 'access.account', column: 'email' },
  { column: 'email_key', purpose: emailPurpose, keyOf: emailKey, unique: true },
);

export const AccountEntity = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    id: p.uuid().primary(),
    /** In lower case. */
    email: p.type(accountEmail),
    /** The blind index of the e-mail address. Statements compare it; nothing reads it. Null before a start has made it. */
    emailKey: p.text().nullable().lazy(),
    name: p.text(),
    /** The `textKey` of the name. */
    nameKey: p.text(),
    roles: p.array<Role>(),
    organizationId: p.uuid().nullable(),
    driverId: p.uuid().nullable(),
    /** Argon2id in PHC form; null for an account that cannot sign in. */
    passwordHash: p.text().nullable(),
    createdAt: p.datetime(3),
    deactivatedAt: p.datetime(3).nullable(),
    version: p.integer(),
  },
});
export type Account = Omit<InferEntity<typeof AccountEntity>, 'emailKey'>;

/** A session from a sign-in. Refreshing replaces its token, and only the newest one is valid. */
export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'session',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    /** SHA-256 of the secret in the newest token, in hexadecimal. */
    tokenHash: p.text(),
    createdAt: p.datetime(3),
    refreshedAt: p.datetime(3),
    revokedAt: p.datetime(3).nullable(),
    /** When the account gave the last code of its second factor; null if it gave none. */
    codeAt: p.datetime(3).nullable(),
    /** See `clientNetwork`: of the last sign-in or refresh. Null if it is not known. */
    clientNetwork: p.text().nullable(),
    /** The name that the client has given itself, else its user agent. */
    clientName: p.text().nullable(),
  },
});
export type Session = InferEntity<typeof SessionEntity>;

/** A key with which a program of an organization acts, through a machine account. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    organizationId: p.uuid(),
    name: p.text(),
    /** The beginning of the text, which lists show. */
    prefix: p.text(),
    /** See `hashApiKey`. */
    hash: p.text(),
    /** Hash of the text before the last rotation, valid until `graceUntil`. */
    previousHash: p.text().nullable(),
    graceUntil: p.datetime(3).nullable(),
    scopes: p.array<Scope>(),
    /** Addresses and CIDR ranges; empty for all. */
    allowedNetworks: p.array(),
    requireSignature: p.boolean().default(false),
    /** See `readSigningKey`. Null: its signatures have a secret. */
    signingPublicKey: p.text().nullable(),
    /** That of the text before the last rotation. */
    previousSigningPublicKey: p.text().nullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).nullable(),
    lastUsedAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
});
export type ApiKey = InferEntity<typeof ApiKeyEntity>;

/** A document that its owner may run by its hash: an organization, or the company if there is none. */
export const TrustedDocumentEntity = defineEntity({
  name: 'TrustedDocument',
  tableName: 'trusted_document',
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid().nullable(),
    /** SHA-256 of the body in hexadecimal. */
    hash: p.text(),
    name: p.text(),
    body: p.text(),
    clientName: p.text(),
    clientVersion: p.text(),
    figures: p.json<DocumentFigures>(),
    contract: p.json<RegisteredContract>(),
    registeredBy: p.uuid(),
    registeredAt: p.datetime(3),
    lastUsedAt: p.datetime(3).nullable(),
    /** From when gateways refuse it; null without a notice. */
    retiresAt: p.datetime(3).nullable(),
    /** Version of the access snapshot with which gateways get this state. */
    version: p.bigint(),
  },
});
export type TrustedDocument = InferEntity<typeof TrustedDocumentEntity>;

/** An entry of the audit trail. Entries are added and read, but never changed: see `installAudit`. */
export const AuditEntryEntity = defineEntity({
  name: 'AuditEntry',
  schema: auditSchema,
  tableName: 'entry',
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(3),
    /** The subgraph that recorded it. */
    subgraph: p.text(),
    action: p.text().$type<AuditAction>(),
    actorId: p.uuid().nullable(),
    /** The API key of the request. */
    apiKeyId: p.uuid().nullable(),
    /** Null, like `targetId`, for a failed sign-in with an unknown e-mail address. */
    targetKind: p.text().$type<AuditTargetKind>().nullable(),
    targetId: p.uuid().nullable(),
    changes: p.json<readonly AuditChange[]>(),
    requestId: p.text(),
    /** Id that the client gave the request. */
    clientRequestId: p.text().nullable(),
    clientAddress: p.text().nullable(),
  },
});
export type AuditEntry = InferEntity<typeof AuditEntryEntity>;

export const entities = [
  OrganizationEntity,
  AccountEntity,
  SessionEntity,
  ApiKeyEntity,
  TrustedDocumentEntity,
  AuditEntryEntity,
];
