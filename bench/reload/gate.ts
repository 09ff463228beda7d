import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { orExit } from '#shared/runtime/exit.ts';
import { readManifests } from '../../gateway/access/documents/read-manifests.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { type GateDocument, runGate } from '../../gateway/supergraph/gate/run-gate.ts';
import { kindsOfClient } from '../../gateway/supergraph/kinds-of-client.ts';

/** Measures how long the gate takes, and what it costs the event loop that serves meanwhile. */
const { values } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:gate --',
    does: 'Measures the comparison of documents under two freight supergraphs. See bench/reload/README.md.',
    options: { documents: { type: 'string', value: 'NUMBER', default: '1000', help: 'how many (1000)' } },
  }),
);
const count = orExit(() => wholeNumber('documents', values.documents, 1, 100_000));
const root = join(import.meta.dirname, '../../schema');
const current = readFileSync(join(root, 'supergraph.graphql'), 'utf8');
/** Changes something that every document touches, or nothing that any document touches. */
const supergraphs = {
  'all changed': current.replace('enum link__Purpose {', 'enum link__Purpose {\n  OTHER'),
  'none changed': `${current}\nscalar Unused\n`,
};
const texts = readManifests(join(root, 'manifests'));
const documents = Array.from({ length: count }, (_, index): GateDocument => {
  const { name, client, text } = texts[index % texts.length]!;
  const renamed = text.replace(name, `${name}${index}`);
  return {
    ...{ document: String(index), operation: name, owners: [{ client }] },
    ...{ text: renamed, isRegistered: true, maximumPrice: null },
    users: [{ audience: 'partner', tier: null, isKnown: true }],
  };
});
const config = readGatewayConfig([]);
const { limits, introspection, assumedListSize, planTimeoutMs } = config;
const settings = { limits, introspection, assumedListSize, planTimeoutMs };
for (const [name, next] of Object.entries(supergraphs)) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const clients = kindsOfClient(config);
  const report = await runGate(documents, { current, next, settings, clients }, new AbortController().signal);
  delay.disable();
  const [p99, max] = [delay.percentile(99), delay.max].map((nanoseconds) => (nanoseconds / 1e6).toFixed(1));
  console.log(
    `${name.padEnd(14)}${report.examined} examined, ${report.skipped} skipped, ${report.findings.length} damaged, ${(report.milliseconds / 1_000).toFixed(1)} s; event loop: p99 ${p99} ms, longest ${max} ms`,
  );
}
