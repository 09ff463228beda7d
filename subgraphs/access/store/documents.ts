import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { arrayOf, sql } from '#shared/database/sql.ts';
import { Refusal, refuse, type UserError } from '#shared/errors/errors.ts';
import { type DocumentAppraisal, documentAppraisal } from '#shared/identity/document-appraisal.ts';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { contractOf } from '../domain/document-contract.ts';
import type { DocumentUse, RegisterDocuments, RetireDocument } from '../domain/document-inputs.ts';
import type { TrustedDocument } from '../entities.ts';
import { type AccountAudit, recordAudit } from './audit.ts';
import { documentRows } from './rows.ts';

/** Documents of one organization, and of the company, that gateways keep. */
const documentsPerOwner = 10_000;
/** Days between the notice and the day from which a retired document is refused. */
const noticeDays = 30;
const dayMs = 86_400_000;
/** Minutes for which an appraisal counts: the mutation follows it at once. */
const appraisalMinutes = 10;

/** Keeps what a gateway has found out about the documents that this account is about to register. */
export async function recordAppraisals(
  em: EntityManager,
  accountId: string,
  appraisals: readonly DocumentAppraisal[],
): Promise<void> {
  const hashes = arrayOf(
    appraisals.map(({ id }) => id),
    'text',
  );
  const texts = arrayOf(
    appraisals.map((appraisal) => JSON.stringify(appraisal)),
    'text',
  );
  await query(
    em,
    sql`delete from document_appraisal where appraised_at < now() - make_interval(mins => ${appraisalMinutes})`,
  );
  await query(
    em,
    sql`insert into document_appraisal (account_id, hash, appraisal, appraised_at)
      select distinct on (hash) ${accountId}::uuid, hash, appraisal::jsonb, now() from unnest(${hashes}, ${texts}) given (hash, appraisal)
      on conflict (account_id, hash) do update set appraisal = excluded.appraisal, appraised_at = excluded.appraised_at`,
  );
}

/**
 * Registers the documents for the organization of the caller, or for the company if it has none. A document that is registered already gets the new
 * client version, and stays if it was about to retire.
 * @throws Refusal INVALID_INPUT (a document cannot run), INVALID_STATE (too many documents), NOT_READY (no gateway has appraised a document)
 */
export async function registerDocuments(
  em: EntityManager,
  audit: AccountAudit,
  { accountId, organizationId, tier }: AccountIdentity,
  { manifest: { operations }, clientName, clientVersion }: RegisterDocuments,
): Promise<string[]> {
  const { at } = audit;
  const appraisals = await readAppraisals(em, accountId, operations);
  requireScopesOfOwner(organizationId, operations);
  // The lock of this row holds until the commit: versions are seen in order.
  const version = await raiseVersion(em);
  await requireRoom(
    em,
    organizationId,
    operations.map(({ id }) => id),
  );
  const rows = JSON.stringify(
    operations.map(({ id: hash, name, body, contract: given }, index) => {
      const figures = appraisals[index]?.figures;
      const contract = contractOf(given, tier, figures?.maximum ?? 0);
      return { id: newId(at.getTime()), hash, name, body, figures, contract };
    }),
  );
  await query(
    em,
    sql`insert into trusted_document (id, organization_id, hash, name, body, client_name, client_version, figures, contract, registered_by,
        registered_at, version)
      select distinct on (hash) id, ${organizationId}::uuid, hash, name, body, ${clientName}::text, ${clientVersion}::text, figures, contract,
        ${accountId}::uuid, ${at}::timestamptz, ${version}::bigint
      from jsonb_to_recordset(${rows}::jsonb) given (id uuid, hash text, name text, body text, figures jsonb, contract jsonb)
      on conflict (organization_id, hash) do update set name = excluded.name, client_name = excluded.client_name,
        client_version = excluded.client_version, figures = excluded.figures, contract = excluded.contract, registered_by = excluded.registered_by,
        registered_at = excluded.registered_at, retires_at = null, version = excluded.version`,
  );
  auditChange(em, audit, 'DOCUMENTS_REGISTERED', organizationId, {
    field: `${clientName} ${clientVersion}`,
    before: null,
    after: operations.map(({ name, id }) => `${name} ${id.slice(0, 12)}`).join(', '),
  });
  return [...new Set(operations.map(({ id }) => id))];
}

/** Documents of the caller's organization, or of the company, in the order of the ids. */
export async function findDocuments(
  em: EntityManager,
  { organizationId }: AccountIdentity,
  ids: readonly string[],
): Promise<TrustedDocument[]> {
  const documents = await documentRows.read(
    em,
    sql`select ${documentRows.columns('t')} from trusted_document t
      where organization_id is not distinct from ${organizationId}::uuid and hash = any(${arrayOf([...ids], 'text')})`,
  );
  const byId = new Map(documents.map((document) => [document.hash, document]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Ends a document after the notice period. Safe to repeat: the day stays. @throws Refusal NOT_FOUND */
export async function retireDocument(
  em: EntityManager,
  audit: AccountAudit,
  { organizationId }: AccountIdentity,
  { documentId }: RetireDocument,
): Promise<TrustedDocument> {
  const version = await raiseVersion(em);
  const retiresAt = new Date(audit.at.getTime() + noticeDays * dayMs);
  const [document] = await documentRows.read(
    em,
    sql`update trusted_document t set retires_at = coalesce(retires_at, ${retiresAt}), version = ${version}::bigint
      where hash = ${documentId} and organization_id is not distinct from ${organizationId}::uuid returning ${documentRows.columns('t')}`,
  );
  if (!document) refuse('NOT_FOUND', 'You have no registered document with this id.', 'documentId');
  const after = document.retiresAt?.toISOString() ?? null;
  auditChange(em, audit, 'DOCUMENT_RETIRED', organizationId, { field: document.name, before: null, after });
  return document;
}

/** Records when documents were last used. An older report changes nothing. */
export async function recordDocumentUses(em: EntityManager, uses: readonly DocumentUse[]): Promise<void> {
  const rows = JSON.stringify(
    uses.map(({ documentId, organizationId, at }) => ({ hash: documentId, organization: organizationId ?? null, at })),
  );
  await query(
    em,
    sql`update trusted_document t set last_used_at = used.at
      from (select hash, organization, max(at) as at
        from jsonb_to_recordset(${rows}::jsonb) given (hash text, organization uuid, at timestamptz) group by 1, 2) used
      where t.hash = used.hash and t.organization_id is not distinct from used.organization
        and (t.last_used_at is null or t.last_used_at < used.at)`,
  );
}

/** The appraisals of the documents, in their order. @throws Refusal INVALID_INPUT, NOT_READY */
async function readAppraisals(
  em: EntityManager,
  accountId: string,
  operations: RegisterDocuments['manifest']['operations'],
): Promise<DocumentAppraisal[]> {
  const hashes = arrayOf(
    operations.map(({ id }) => id),
    'text',
  );
  const rows = await query<{ hash: string; appraisal: unknown }>(
    em,
    sql`select hash, appraisal from document_appraisal where account_id = ${accountId}::uuid and hash = any(${hashes})
      and appraised_at > now() - make_interval(mins => ${appraisalMinutes})`,
  );
  const byHash = new Map(rows.map(({ hash, appraisal }) => [hash, documentAppraisal.parse(appraisal)]));
  const appraisals = operations.map(({ id }) => byHash.get(id));
  const faults = operations.flatMap((operation, index) => faultsOf(appraisals[index], operation, index));
  if (faults.length > 0) throw new Refusal(...faults.slice(0, 20));
  return appraisals.filter((appraisal) => appraisal !== undefined);
}

type Operation = RegisterDocuments['manifest']['operations'][number];

function faultsOf(appraisal: DocumentAppraisal | undefined, operation: Operation, index: number): UserError[] {
  const { name } = operation;
  const field = ['manifest', 'operations', String(index)];
  if (!appraisal) {
    const message = `${name}: no gateway has checked the document. Send the mutation through a gateway.`;
    return [{ code: 'NOT_READY', field, message }];
  }
  const faults = appraisal.faults.map(
    (fault): UserError => ({ code: 'INVALID_INPUT', field: [...field, 'body'], message: `${name}: ${fault}` }),
  );
  return [...faults, ...priceFault(appraisal, operation, field)];
}

/** The fault of a document whose agreed price no operation of its owner may cost. */
function priceFault({ figures, priceLimit }: DocumentAppraisal, { name, contract }: Operation, field: string[]) {
  const price = contract.maximumPrice ?? figures?.maximum ?? 0;
  const isWithinLimit = priceLimit === null || price <= priceLimit;
  if (isWithinLimit && figures?.isConstant && price < figures.maximum) {
    const message = `${name}: every run costs ${figures.maximum} points. Agree at least this price.`;
    return [{ code: 'INVALID_INPUT', field: [...field, 'contract', 'maximumPrice'], message } as const];
  }
  if (isWithinLimit) return [];
  const isAgreed = contract.maximumPrice !== null;
  const advice = isAgreed ? 'Agree a lower price.' : 'Request shorter lists, or agree a lower maximumPrice.';
  const message = `${name}: a run may cost ${price} points, and an operation of yours at most ${priceLimit}. ${advice}`;
  const place = isAgreed ? ['contract', 'maximumPrice'] : ['body'];
  return [{ code: 'INVALID_INPUT', field: [...field, ...place], message } as const];
}

/** A contract may ask for scopes that accounts of an organization can have. @throws Refusal INVALID_INPUT */
function requireScopesOfOwner(organizationId: string | null, operations: readonly Operation[]): void {
  if (organizationId === null) return;
  const held = new Set<string>(scopesOf(['PARTNER', 'CUSTOMER']));
  const faults = operations.flatMap(({ name, contract }, index) =>
    (contract.scopes ?? []).flatMap((scope, at): UserError[] => {
      if (held.has(scope)) return [];
      const field = ['manifest', 'operations', String(index), 'contract', 'scopes', String(at)];
      const message = `${name}: nobody of your organization can have the scope ${scope}. Remove it.`;
      return [{ code: 'INVALID_INPUT', field, message }];
    }),
  );
  if (faults.length > 0) throw new Refusal(...faults.slice(0, 20));
}

async function raiseVersion(em: EntityManager): Promise<string> {
  const [raised] = await query<{ version: string }>(
    em,
    sql`update access_version set version = version + 1 where part = 'documents' returning version::text`,
  );
  if (!raised) throw new Error('The version of the documents is missing.');
  return raised.version;
}

/** @throws Refusal INVALID_STATE */
async function requireRoom(em: EntityManager, organizationId: string | null, ids: readonly string[]): Promise<void> {
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    em,
    sql`select count(*)::int as count from trusted_document
      where organization_id is not distinct from ${organizationId}::uuid and hash <> all(${arrayOf([...ids], 'text')})`,
  );
  if (count + new Set(ids).size <= documentsPerOwner) return;
  refuse('INVALID_STATE', `At most ${documentsPerOwner} documents may be registered. Retire some first.`, 'manifest');
}

function auditChange(
  em: EntityManager,
  audit: AccountAudit,
  action: 'DOCUMENTS_REGISTERED' | 'DOCUMENT_RETIRED',
  organizationId: string | null,
  change: { readonly field: string; readonly before: string | null; readonly after: string | null },
): void {
  const target = organizationId === null ? null : ({ kind: 'Organization', id: organizationId } as const);
  recordAudit(em, audit, action, target, [change]);
}
