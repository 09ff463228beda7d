import { z } from 'zod';
import { accessChangedTopic } from '#shared/identity/access-snapshot.ts';
import { createForeignKeyReporter } from '#shared/identity/foreign-keys.ts';
import { gatewayItself } from '#shared/identity/identity.ts';
import { loadApiKeySecrets, loadPublicKeys, loadSigningKey } from '#shared/identity/keys.ts';
import { accessTokens, createSigner, createVerifier } from '#shared/identity/tokens.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';
import { AuditReports } from './access/audit/audit-reports.ts';
import { Usage } from './access/budget/usage.ts';
import type { Access } from './access/caller.ts';
import { type AccessSnapshotOptions, AccessSnapshots } from './access/callers/access-snapshots.ts';
import { createAccessSubgraph } from './access/callers/access-subgraph.ts';
import { createKeyIdentifier, type OnRefusedKey } from './access/callers/identify-key.ts';
import { KeyUses } from './access/callers/key-uses.ts';
import { createSkewMeter, createSkewReporter } from './access/clock-skew.ts';
import type { ControlMessages } from './access/control/control-messages.ts';
import { DocumentUses } from './access/documents/document-uses.ts';
import { createFreightAccess, identityHeaders } from './access/freight-access.ts';
import { createOpenAccess } from './access/open-access.ts';
import type { GatewayConfig } from './config.ts';
import type { SubgraphTransport } from './engine/ports.ts';
import type { RecordAppraisals } from './pipeline/appraise.ts';
import type { PlanStore } from './supergraph/stored-plans.ts';

const accessKeySettings = {
  signer: 'the access subgraph',
  publicKeys: 'ACCESS_PUBLIC_KEYS',
  signingKey: 'ACCESS_SIGNING_KEY',
};

interface OpenAccess {
  readonly access: Access;
  /** Undefined in front of a graph without our access subgraph. */
  readonly recordAppraisals?: RecordAppraisals;
  readonly plans?: PlanStore;
  readonly documentUses?: DocumentUses;
  /** Undefined if operations cost nothing, too. */
  readonly usage?: Usage | undefined;
  readonly auditReports?: AuditReports;
  /** Reads the first access snapshot. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface AccessParts {
  readonly log: Log;
  readonly tracer: Pick<Tracer, 'begin'>;
  readonly transport: SubgraphTransport;
  readonly probeAccess: Parameters<typeof createSkewMeter>[0];
  readonly watchSnapshot: (read: () => number | undefined) => void;
  readonly onRefusedKey: OnRefusedKey;
  readonly messages: ControlMessages;
  /** Called after an access snapshot with changes. */
  readonly onChange: () => void;
  readonly onDocuments: NonNullable<AccessSnapshotOptions['onDocuments']>;
  readonly onAcceptedSupergraphs: NonNullable<AccessSnapshotOptions['onAcceptedSupergraphs']>;
}

/** Opens what knows the callers of the gateway, by its settings. */
export async function openAccess(
  { access, snapshots: { intervalMs, maxAgeMs }, forwardHeaders, budgetMode }: GatewayConfig,
  {
    log,
    tracer,
    transport,
    probeAccess,
    watchSnapshot,
    onRefusedKey: onRefused,
    messages,
    onChange,
    onDocuments,
    onAcceptedSupergraphs,
  }: AccessParts,
): Promise<OpenAccess> {
  const nothing = async (): Promise<void> => {};
  if (access.kind === 'open') return { access: createOpenAccess(forwardHeaders), start: nothing, stop: nothing };
  const { dataDir, publicKeys, signingKey } = access;
  const { privateJwk } = await loadSigningKey('identity', { given: signingKey, dataDir });
  const signer = createSigner(privateJwk);
  const subgraph = createAccessSubgraph(transport, identityHeaders(gatewayItself, signer, Date.now));
  const secrets = await loadApiKeySecrets({ given: access.apiKeySecrets, dataDir });
  const snapshots = new AccessSnapshots({
    read: subgraph.readSnapshot,
    secrets,
    intervalMs,
    maxAgeMs,
    log,
    tracer,
    onChange,
    onDocuments,
    onAcceptedSupergraphs,
  });
  const uses = new KeyUses(subgraph.recordUses, log);
  const documentUses = new DocumentUses(subgraph.recordDocumentUses, log);
  const auditReports = new AuditReports(subgraph.recordAuditReport, log);
  const usage = budgetMode && new Usage(subgraph.recordUsage, log);
  watchSnapshot(() => snapshots.ageSeconds);
  messages.listen(accessChangedTopic, z.unknown(), () => void snapshots.readChange());
  return {
    access: createFreightAccess({
      verifier: createVerifier(await loadPublicKeys('access', { given: publicKeys, dataDir }), accessTokens),
      confirm: (identity) => snapshots.confirm(identity),
      identifyKey: createKeyIdentifier({ secrets, snapshots, uses, onRefused }),
      signer,
      forwardHeaders,
      measureSkew: createSkewMeter(probeAccess),
      onClockSkew: createSkewReporter(log),
      onForeignKey: createForeignKeyReporter(accessKeySettings, log),
    }),
    recordAppraisals: subgraph.recordAppraisals,
    plans: subgraph,
    documentUses,
    usage,
    auditReports,
    start: () => snapshots.start(),
    async stop() {
      await Promise.all([uses.stop(), documentUses.stop(), usage?.stop(), auditReports.stop()]);
      await snapshots.stop();
    },
  };
}
