import { z } from 'zod';
import { accessSnapshot } from '#shared/identity/access-snapshot.ts';
import type { DocumentAppraisal } from '#shared/identity/document-appraisal.ts';
import { type StoredPlan, storedPlan } from '#shared/identity/stored-plan.ts';
import { newId } from '#shared/ids.ts';
import type { SubgraphTransport } from '../../engine/ports.ts';
import type { AuditReport } from '../audit/audit-reports.ts';
import type { UsageReport } from '../budget/usage.ts';
import type { Caller } from '../caller.ts';
import type { DocumentUse } from '../documents/document-uses.ts';
import type { ReadSnapshot } from './access-snapshots.ts';
import type { KeyUse } from './key-uses.ts';

const subgraph = 'access';
/** Milliseconds in which the subgraph must respond. */
const timeoutMs = 2_000;
const snapshotQuery = 'query AccessSnapshot($after: String) { accessSnapshot(after: $after) }';
const usesMutation =
  'mutation RecordApiKeyUses($input: RecordApiKeyUsesInput!) { recordApiKeyUses(input: $input) { userErrors { message } } }';

const noErrors = z.array(z.unknown()).max(0).optional();
const snapshotResult = z.object({ errors: noErrors, data: z.object({ accessSnapshot: z.string().nullable() }) });
const usesResult = z.object({
  errors: noErrors,
  data: z.object({ recordApiKeyUses: z.object({ userErrors: z.array(z.unknown()).max(0) }) }),
});

const documentUsesMutation =
  'mutation RecordDocumentUses($input: RecordDocumentUsesInput!) { recordDocumentUses(input: $input) { userErrors { message } } }';
const documentUsesResult = z.object({
  errors: noErrors,
  data: z.object({ recordDocumentUses: z.object({ userErrors: z.array(z.unknown()).max(0) }) }),
});
const usageMutation =
  'mutation RecordUsage($input: RecordUsageInput!) { recordUsage(input: $input) { userErrors { message } } }';
const usageResult = z.object({
  errors: noErrors,
  data: z.object({ recordUsage: z.object({ userErrors: z.array(z.unknown()).max(0) }) }),
});
const auditReportMutation =
  'mutation RecordAuditReport($input: RecordAuditReportInput!) { recordAuditReport(input: $input) { userErrors { message } } }';
const auditReportResult = z.object({
  errors: noErrors,
  data: z.object({ recordAuditReport: z.object({ userErrors: z.array(z.unknown()).max(0) }) }),
});
const appraisalsMutation =
  'mutation RecordDocumentAppraisals($input: RecordDocumentAppraisalsInput!) { recordDocumentAppraisals(input: $input) { userErrors { message } } }';
const appraisalsResult = z.object({
  errors: noErrors,
  data: z.object({ recordDocumentAppraisals: z.object({ userErrors: z.array(z.unknown()).max(0) }) }),
});

const plansQuery =
  'query DocumentPlans($supergraph: String!, $documents: [ID!]!) { documentPlans(supergraph: $supergraph, documents: $documents) }';
const plansResult = z.object({ errors: noErrors, data: z.object({ documentPlans: z.string() }) });
const recordPlansMutation =
  'mutation RecordDocumentPlans($input: RecordDocumentPlansInput!) { recordDocumentPlans(input: $input) { userErrors { message } } }';
const recordedPlansResult = z.object({
  errors: noErrors,
  data: z.object({ recordDocumentPlans: z.object({ userErrors: z.array(z.unknown()).max(0) }) }),
});

/** What the gateway asks of the access subgraph in its own name. */
export interface AccessSubgraph {
  readonly readSnapshot: ReadSnapshot;
  recordUses(uses: readonly KeyUse[]): Promise<void>;
  recordDocumentUses(uses: readonly DocumentUse[]): Promise<void>;
  recordUsage(report: UsageReport): Promise<void>;
  recordAuditReport(report: AuditReport): Promise<void>;
  recordAppraisals(accountId: string, appraisals: readonly DocumentAppraisal[]): Promise<void>;
  readPlans(supergraph: string, documents: readonly string[]): Promise<readonly StoredPlan[]>;
  recordPlans(supergraph: string, plans: readonly StoredPlan[]): Promise<void>;
}

/** @param headersFor the headers of the gateway's own identity */
export function createAccessSubgraph(
  transport: SubgraphTransport,
  headersFor: NonNullable<Caller['headersFor']>,
): AccessSubgraph {
  const ask = (kind: 'query' | 'mutation', query: string, variables: object) => {
    const requestId = newId();
    return transport.fetch(
      { subgraph, kind, body: JSON.stringify({ query, variables }) },
      {
        requestId,
        identityKey: 'gateway',
        headers: { 'x-request-id': requestId },
        headersFor,
        deadline: performance.now() + timeoutMs,
      },
    );
  };
  return {
    async readSnapshot(after) {
      const { data } = snapshotResult.parse(await ask('query', snapshotQuery, { after }));
      return data.accessSnapshot === null ? undefined : accessSnapshot.parse(JSON.parse(data.accessSnapshot));
    },
    async recordUses(uses) {
      usesResult.parse(await ask('mutation', usesMutation, { input: { uses } }));
    },
    async recordDocumentUses(uses) {
      documentUsesResult.parse(await ask('mutation', documentUsesMutation, { input: { uses } }));
    },
    async recordUsage(report) {
      usageResult.parse(await ask('mutation', usageMutation, { input: report }));
    },
    async recordAuditReport(report) {
      auditReportResult.parse(await ask('mutation', auditReportMutation, { input: report }));
    },
    async recordAppraisals(accountId, appraisals) {
      const input = { accountId, appraisals: JSON.stringify(appraisals) };
      appraisalsResult.parse(await ask('mutation', appraisalsMutation, { input }));
    },
    async readPlans(supergraph, documents) {
      const { data } = plansResult.parse(await ask('query', plansQuery, { supergraph, documents }));
      return z.array(storedPlan).parse(JSON.parse(data.documentPlans));
    },
    async recordPlans(supergraph, plans) {
      const input = { supergraph, plans: JSON.stringify(plans) };
      recordedPlansResult.parse(await ask('mutation', recordPlansMutation, { input }));
    },
  };
}
