import type { AuditTargetKind } from '#shared/audit/actions.ts';
import { payloadOf } from '#shared/errors/errors.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { parseArgument, parseInput } from '#shared/input/parse-input.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { AccessContext } from '../context.ts';
import { auditReportInput, verifyArguments } from '../domain/audit-inputs.ts';
import type { AuditEntry as AuditRow } from '../entities.ts';
import { type AuditFilter, pageOfAudit } from '../store/audit.ts';
import { pageOfRefusals, type RefusalCount, type RefusalFilter, recordReport } from '../store/refusals.ts';
import { withClient } from '../store/statements.ts';
import { verifyAuditTrail } from '../store/verify-audit.ts';

type Page<F> = PageArguments & { readonly filter?: F | null };

/** Links that one request verifies. */
const linksPerRequest = 20_000;

export const auditQueries = {
  auditEntries: (_parent: unknown, { filter, ...page }: Page<AuditFilter>, { em, columns }: AccessContext) =>
    pageOfAudit(em, filter ?? {}, page, columns('AuditEntry')),
  auditRefusals: (_parent: unknown, { filter, ...page }: Page<RefusalFilter>, { em, columns }: AccessContext) =>
    pageOfRefusals(em, filter ?? {}, page, columns('AuditRefusal')),
  async verifyAuditTrail(_parent: unknown, args: unknown, { em, clock }: AccessContext) {
    const range = parseArgument(verifyArguments, 'verifyAuditTrail', args);
    return withClient(em, (client) => verifyAuditTrail(client, { ...range, limit: linksPerRequest }, clock()));
  },
};

export const auditMutations = {
  async recordAuditReport(_parent: unknown, { input }: { readonly input: unknown }, { em }: AccessContext) {
    return payloadOf(async () => {
      const report = parseInput(auditReportInput, input);
      await withClient(em, (client) => recordReport(client, report));
      return {};
    });
  },
};

/** The entities of other subgraphs in `AuditTarget`. */
const joined = ['Shipment', 'Driver', 'Vehicle', 'Quote', 'Invoice', 'ReviewCase', 'WatchlistEntry'] as const;
const isJoined = (kind: AuditTargetKind): boolean => joined.some((name) => name === kind);

const entryField = fieldsOf<AuditRow, AccessContext>();
export const AuditEntry = {
  actor: entryField(
    ['actorId'],
    ({ actorId }, _args, { identity, loadersOf }) => actorId && loadersOf(identity).account.load(actorId),
  ),
  apiKey: entryField(
    ['apiKeyId'],
    ({ apiKeyId }, _args, { identity, loadersOf }) => apiKeyId && loadersOf(identity).apiKey.load(apiKeyId),
  ),
  target: entryField(['targetKind', 'targetId'], async ({ targetKind, targetId }, _args, { identity, loadersOf }) => {
    if (!targetKind || !targetId) return null;
    if (isJoined(targetKind)) return { __typename: targetKind, id: targetId };
    const record = await loadOwn(targetKind, targetId, loadersOf(identity));
    return record && { ...record, __typename: targetKind };
  }),
  response: entryField(['requestId'], ({ requestId }, _args, { identity, loadersOf }) =>
    loadersOf(identity).auditResponse.load(requestId),
  ),
  place: entryField(['id'], ({ id }, _args, { identity, loadersOf }) => loadersOf(identity).auditPlace.load(id)),
};

function loadOwn(kind: AuditTargetKind, id: string, loaders: ReturnType<AccessContext['loadersOf']>) {
  switch (kind) {
    case 'Account':
      return loaders.account.load(id);
    case 'Organization':
      return loaders.organization.load(id);
    case 'ApiKey':
      return loaders.apiKey.load(id);
    default:
      return null;
  }
}

const refusalField = fieldsOf<RefusalCount, AccessContext>();
export const AuditRefusal = {
  account: refusalField(['caller'], ({ caller }, _args, { identity, loadersOf }) => {
    const id = idIn(caller, 'account');
    return id && loadersOf(identity).account.load(id);
  }),
  apiKey: refusalField(['caller'], ({ caller }, _args, { identity, loadersOf }) => {
    const id = idIn(caller, 'key');
    return id && loadersOf(identity).apiKey.load(id);
  }),
};

/** The id in the text of a caller, such as `account 01975e16-…`. */
function idIn(caller: string, kind: 'account' | 'key'): string | null {
  return caller.startsWith(`${kind} `) ? caller.slice(kind.length + 1) : null;
}
