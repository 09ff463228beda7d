import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { blindIndexOf, sealFor } from '#shared/database/sealed-column.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { type ApiKeyMode, modeOf } from '#shared/identity/api-keys.ts';
import { type AccountIdentity, hasScope } from '#shared/identity/identity.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { CreateApiKey, RevokeApiKey, RotateApiKey } from '../domain/api-key-inputs.ts';
import { type ApiKey, ApiKeyEntity, accountEmail, type Organization, OrganizationEntity } from '../entities.ts';
import { type AccountAudit, recordAudit } from './audit.ts';
import { accountRows, apiKeyRows } from './rows.ts';

/** Makes a new key and returns what is stored of it: its hash, and the part that lists show. */
export type IssueKey = (mode: ApiKeyMode) => { readonly hash: string; readonly prefix: string };

/** Keys of one organization that are neither revoked nor expired. Gateways hold all of them in memory. */
const keysPerOrganization = 100;
/** Days before the expiry of a key on which its owner is reminded. */
const reminderDays = [7, 1] as const;
const dayMs = 86_400_000;

/**
 * The organization of a new key, locked against concurrent keys.
 * @throws Refusal ORGANIZATION_REQUIRED, FORBIDDEN_ORGANIZATION, NOT_FOUND
 */
async function organizationOfKey(
  em: EntityManager,
  caller: AccountIdentity,
  wanted: string | null,
): Promise<Organization> {
  const id = wanted ?? caller.organizationId;
  if (id === null)
    return refuse('ORGANIZATION_REQUIRED', 'An API key needs an organization. Name it.', 'organizationId');
  if (id !== caller.organizationId && !hasScope(caller, 'access:write')) {
    refuse('FORBIDDEN_ORGANIZATION', 'You may not create API keys for this organization.', 'organizationId');
  }
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const organization = isUuid(id) ? await em.findOne(OrganizationEntity, { id }, { lockMode }) : null;
  return organization ?? refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
}

/**
 * Creates a key with its machine account. Keys of a sandbox organization are test keys.
 * @throws Refusal ORGANIZATION_REQUIRED, FORBIDDEN_ORGANIZATION, NOT_FOUND, INVALID_STATE (too many keys), NOT_ALLOWED (scopes)
 */
export async function createApiKey(
  transaction: Transaction,
  audit: AccountAudit,
  caller: AccountIdentity,
  input: CreateApiKey,
  issue: IssueKey,
): Promise<ApiKey> {
  const { em } = transaction;
  const { at } = audit;
  const {
    organizationId: wanted,
    name,
    scopes,
    expiresAt,
    allowedNetworks,
    requireSignature,
    signingPublicKey,
  } = input;
  const lacking = scopes.filter((scope) => !hasScope(caller, scope));
  if (lacking.length > 0) {
    refuse('NOT_ALLOWED', `Your account lacks ${lacking.join(', ')}. Choose scopes that it holds.`, 'scopes');
  }
  const { id: organizationId, sandbox } = await organizationOfKey(em, caller, wanted);
  await requireRoom(em, organizationId, at);
  const id = newId(at.getTime());
  const { hash, prefix } = issue(sandbox ? 'test' : 'live');
  const accountId = await createMachineAccount(transaction, `API key: ${name}`, id, organizationId, at);
  const [key] = await apiKeyRows.read(
    em,
    sql`insert into api_key as t
        (id, account_id, organization_id, name, prefix, hash, scopes, allowed_networks, created_at, expires_at,
          require_signature, signing_public_key)
      values (${id}, ${accountId}, ${organizationId}, ${name}, ${prefix}, ${hash}, ${scopes}::text[],
        ${allowedNetworks}::text[], ${at}, ${expiresAt}, ${requireSignature}, ${signingPublicKey})
      returning ${apiKeyRows.columns('t')}`,
  );
  if (!key) throw new Error('The API key was not inserted.');
  recordAudit(em, audit, 'API_KEY_CREATED', { kind: 'ApiKey', id }, [
    // People name keys after themselves, and nobody can erase an entry.
    { field: 'name', before: null, after: null },
    { field: 'scopes', before: null, after: scopes.join(', ') },
    ...(requireSignature ? [{ field: 'requireSignature', before: null, after: 'true' }] : []),
  ]);
  await remindOfExpiry(transaction, key, at);
  return key;
}

/** Gives a key a new text. The old one stays valid for a while. @throws Refusal NOT_FOUND, INVALID_STATE */
export async function rotateApiKey(
  transaction: Transaction,
  audit: AccountAudit,
  caller: AccountIdentity,
  { apiKeyId, graceSeconds, expiresAt, requireSignature, signingPublicKey }: RotateApiKey,
  issue: IssueKey,
): Promise<ApiKey> {
  const { em } = transaction;
  const { at } = audit;
  const key = await lockApiKey(em, caller, apiKeyId);
  if (!isLive(key, at)) {
    refuse('INVALID_STATE', 'This API key is revoked or has expired. Create a new one.', 'apiKeyId');
  }
  const before = key.prefix;
  const { hash, prefix } = issue(modeOf(before));
  key.previousHash = graceSeconds === 0 ? null : key.hash;
  key.graceUntil = graceSeconds === 0 ? null : new Date(at.getTime() + graceSeconds * 1_000);
  key.previousSigningPublicKey = graceSeconds === 0 ? null : key.signingPublicKey;
  key.hash = hash;
  key.prefix = prefix;
  const { requireSignature: required } = key;
  if (requireSignature !== undefined) key.requireSignature = requireSignature;
  if (signingPublicKey !== undefined) key.signingPublicKey = signingPublicKey;
  if (expiresAt !== undefined) key.expiresAt = expiresAt;
  recordAudit(em, audit, 'API_KEY_ROTATED', { kind: 'ApiKey', id: key.id }, [
    { field: 'prefix', before, after: prefix },
    ...(required === key.requireSignature
      ? []
      : [{ field: 'requireSignature', before: String(required), after: String(key.requireSignature) }]),
    ...(key.graceUntil ? [{ field: 'graceUntil', before: null, after: key.graceUntil.toISOString() }] : []),
  ]);
  if (expiresAt) await remindOfExpiry(transaction, key, at);
  return key;
}

/** Ends a key and its machine account. A revoked key stays as it is. @throws Refusal NOT_FOUND */
export async function revokeApiKey(
  em: EntityManager,
  audit: AccountAudit,
  caller: AccountIdentity,
  { apiKeyId }: RevokeApiKey,
): Promise<ApiKey> {
  const key = await lockApiKey(em, caller, apiKeyId);
  if (key.revokedAt) return key;
  key.revokedAt = audit.at;
  recordAudit(em, audit, 'API_KEY_REVOKED', { kind: 'ApiKey', id: key.id });
  await query(
    em,
    sql`update account set deactivated_at = ${audit.at}, version = version + 1 where id = ${key.accountId} and deactivated_at is null`,
  );
  return key;
}

async function lockApiKey(em: EntityManager, caller: AccountIdentity, id: string): Promise<ApiKey> {
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const key = isUuid(id) ? await em.findOne(ApiKeyEntity, { id }, { lockMode }) : null;
  const isVisible = key && (key.organizationId === caller.organizationId || hasScope(caller, 'access:write'));
  return isVisible ? key : refuse('NOT_FOUND', 'There is no API key with this id.', 'apiKeyId');
}

async function requireRoom(em: EntityManager, organizationId: string, now: Date): Promise<void> {
  const live = await em.count(ApiKeyEntity, {
    organizationId,
    revokedAt: null,
    $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }],
  });
  if (live < keysPerOrganization) return;
  refuse(
    'INVALID_STATE',
    `This organization has ${keysPerOrganization} API keys already. Revoke one first.`,
    'organizationId',
  );
}

/** An account without a password. Its e-mail address is under a domain that does not exist (RFC 2606). */
async function createMachineAccount(
  { em, emit }: Transaction,
  name: string,
  apiKeyId: string,
  organizationId: string,
  at: Date,
): Promise<string> {
  const id = newId(at.getTime());
  const email = `${apiKeyId}@api-key.invalid`;
  const emailIndex = blindIndexOf(em, accountEmail, email);
  const roles = ['PARTNER'];
  await accountRows.read(
    em,
    sql`insert into account as t (id, email, email_key, name, name_key, roles, organization_id, created_at)
      values (${id}, ${sealFor(em, accountEmail, email)}, ${emailIndex}, ${name}, ${textKey(name)}, ${roles}::text[], ${organizationId}, ${at})
      returning ${accountRows.columns('t')}`,
  );
  await emit('account.registered', { accountId: id, organizationId, emailIndex, createdAt: at.toISOString() });
  return id;
}

async function remindOfExpiry({ emit }: Transaction, { id, expiresAt }: ApiKey, now: Date): Promise<void> {
  if (!expiresAt) return;
  for (const days of reminderDays) {
    const at = new Date(expiresAt.getTime() - days * dayMs);
    if (at > now) await emit('apiKey.reminderDue', { apiKeyId: id, days, expiresAt: expiresAt.toISOString() }, at);
  }
}

/** True if a key is neither revoked nor expired. */
function isLive({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: Date): boolean {
  return !revokedAt && (!expiresAt || expiresAt > now);
}
