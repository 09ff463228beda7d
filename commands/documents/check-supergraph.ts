import { join } from 'node:path';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { readGivenFile, writeGivenJson } from '#shared/runtime/given-files.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { documentId } from '../../gateway/access/documents/manifest.ts';
import { readManifests } from '../../gateway/access/documents/read-manifests.ts';
import { TrustedDocuments } from '../../gateway/access/documents/trusted-documents.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { describeFinding } from '../../gateway/supergraph/gate/finding.ts';
import { gateDocuments } from '../../gateway/supergraph/gate/gate-documents.ts';
import { type GateReport, runGate } from '../../gateway/supergraph/gate/run-gate.ts';
import { kindsOfClient } from '../../gateway/supergraph/kinds-of-client.ts';
import { readRegisteredDocuments } from './registered-documents.ts';

export interface SupergraphCheck {
  /** The project with the manifests. */
  readonly root: string;
  /** File of the new supergraph. */
  readonly supergraph: string;
  /** File of the supergraph with which it is compared. */
  readonly against: string;
  /** Where the findings are written as JSON. */
  readonly json: string | undefined;
}

/**
 * Finds the documents of manifests and of the database that a new supergraph would damage, as a gateway does before it loads it.
 * @returns what to print @throws ConfigurationError that names the documents
 */
export async function checkSupergraph({ root, supergraph, against, json }: SupergraphCheck): Promise<string> {
  const next = readGivenFile('--supergraph', supergraph);
  const current = readGivenFile('--against', against);
  const trusted = new TrustedDocuments();
  const manifests = readManifests(join(root, 'schema/manifests'));
  for (const document of [...manifests, ...(await readRegisteredDocuments(readProductConfig()))]) trusted.add(document);
  const config = readGatewayConfig([]);
  const { limits, introspection, assumedListSize, planTimeoutMs } = config;
  const report = await runGate(
    gateDocuments(trusted),
    {
      current,
      next,
      settings: { limits, introspection, assumedListSize, planTimeoutMs },
      clients: kindsOfClient(config),
    },
    new AbortController().signal,
  ).catch((error: unknown) => {
    throw new ConfigurationError(
      `--supergraph needs a composed supergraph. ${supergraph} is none: ${errorMessage(error)}`,
    );
  });
  const hash = documentId(next);
  if (json !== undefined) writeGivenJson('--json', json, { supergraph: hash, ...report });
  return summarize(report, hash);
}

/** @throws ConfigurationError if the supergraph damages a document */
function summarize({ examined, skipped, findings }: GateReport, hash: string): string {
  const counts = `${examined} documents were validated, priced and planned; ${skipped} touch nothing that changed.`;
  if (findings.length === 0) return `Supergraph ${hash} damages no document: ${counts}`;
  const lines = findings.map((finding) => `- ${describeFinding(finding)}`);
  throw new ConfigurationError(
    [`Supergraph ${hash} damages ${findings.length} documents:`, ...lines, counts].join('\n'),
  );
}
