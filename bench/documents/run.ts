import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { specifiedRules } from 'graphql';
import { scopesOfRoles } from '#shared/identity/identity.ts';
import { createLog } from '#shared/runtime/log.ts';
import { KnownKeys } from '../../gateway/access/callers/known-keys.ts';
import { Documents } from '../../gateway/access/documents/documents.ts';
import { type TrustedDocument, TrustedDocuments } from '../../gateway/access/documents/trusted-documents.ts';
import { ownRules } from '../../gateway/access/documents/validation-rules.ts';
import { anonymous } from '../../gateway/engine/authorization/requirements.ts';
import { Engine } from '../../gateway/engine/engine.ts';
import { KeptPlans } from '../../gateway/engine/planning/kept-plans.ts';
import type { Planner } from '../../gateway/engine/planning/planner.ts';
import { createWorkerPlanner } from '../../gateway/engine/planning/worker-planner.ts';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { createErrorPolicy } from '../../gateway/errors/error-policy.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { oneView } from '../../gateway/supergraph/audience-views.ts';
import { DocumentPreparation } from '../../gateway/supergraph/document-preparation.ts';
import { createTransport } from '../../gateway/transport/transport.ts';
import { generateDocuments, readSupergraph } from './generate.ts';
import { generateKeys } from './generate-keys.ts';

/** Measures the memory that trusted documents and API keys take. See README.md. */
const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    warm: { type: 'string', default: '1000' },
    planned: { type: 'string', default: '500' },
    keys: { type: 'string', default: '10000' },
  },
});
const [count, warm, planned, keyCount] = [values.documents, values.warm, values.planned, values.keys].map(Number) as [
  number,
  number,
  number,
  number,
];

const config = readGatewayConfig([], {});
const { manifests } = config.documents;
if (manifests === undefined) throw new Error('the freight graph has manifests');
const sdl = readSupergraph(config.supergraphFile);
const model = loadSupergraphModel(sdl);
const worker = createWorkerPlanner({ supergraphSdl: sdl });

/** Plans the first documents. For the others it renames the operation in such a plan, since the planner would take an hour. */
class RenamingPlanner implements Planner {
  /** By document of our clients: JSON texts of plans, and the name of the operation in them. */
  readonly #known = new Map<string, { readonly text: string; readonly name: string }[]>();
  #planned = 0;
  #next = 0;

  async plan(request: Parameters<Planner['plan']>[0]) {
    const name = request.operationName ?? '';
    const known = this.#known.get(baseOf(name)) ?? [];
    if (this.#planned >= planned && known.length > 0) {
      const chosen = known[this.#next++ % known.length]!;
      return JSON.parse(chosen.text.replaceAll(chosen.name, name));
    }
    this.#planned += 1;
    const plan = await worker.plan(request);
    this.#known.set(baseOf(name), [...known, { text: JSON.stringify(plan), name }]);
    return plan;
  }

  close(): Promise<void> {
    return worker.close();
  }
}

function baseOf(name: string): string {
  return name.replace(/\d+$/, '');
}

/** Megabytes of the heap and of buffers after a collection. */
function usedMegabytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

const log = createLog('bench', 'silent');
const transport = createTransport({ subgraphs: {} });
const plans = { made: 0 };
const planner = new KeptPlans(new RenamingPlanner(), {
  onPlanned: () => {
    plans.made += 1;
  },
});
const engine = new Engine({ model, planner, transport, errorPolicy: createErrorPolicy(config, log) });
const work: Record<string, number> = {};
const documents = new Documents({
  schema: model.apiSchema,
  limits: config.limits,
  rules: [...specifiedRules, ...ownRules(config)],
  onWork: (kind) => {
    work[kind] = (work[kind] ?? 0) + 1;
  },
});
const trusted = new TrustedDocuments();
const preparation = new DocumentPreparation({
  ...{ trusted, views: oneView(documents), engine, plans: undefined },
  clients: [
    anonymous,
    ...scopesOfRoles.map((scopes) => ({ ...anonymous, authenticated: true, scopes: new Set(scopes) })),
  ],
  onUnservable: ({ name }, reason) => {
    throw new Error(`${name}: ${reason}`);
  },
});

await worker.ready;
const empty = usedMegabytes();
const report = (what: string): void =>
  console.log(`${what.padEnd(52)} ${(usedMegabytes() - empty).toFixed(1).padStart(8)} MB`);

let characters = 0;
const ids: string[] = [];
function* added(): Generator<TrustedDocument> {
  for (const generated of generateDocuments(manifests!, count)) {
    const document = trusted.add(generated);
    if (!document) throw new Error('no more documents fit');
    characters += generated.text.length;
    ids.push(document.id);
    yield document;
  }
}
const all = [...added()];
report(`${trusted.size} texts, ${Math.round(characters / count)} characters each`);
const began = performance.now();
preparation.add(all);
await preparation.whenDone();
const seconds = (performance.now() - began) / 1000;
report(`and their syntax trees, and ${plans.made} plans`);
console.log(`prepared in ${seconds.toFixed(0)} s, ${((1000 * seconds) / count).toFixed(2)} ms each`);

const grants = { ...anonymous, authenticated: true, scopes: new Set<string>(scopesOfRoles[0]) };
const before = { ...work, plans: plans.made };
const firstUse: number[] = [];
for (const id of ids.slice(0, warm)) {
  const start = performance.now();
  const document = documents.trusted(id)?.document;
  if (!document) throw new Error('a trusted document is required');
  const operationName = trusted.find(id)?.name;
  const prepared = await engine.prepare({
    source: trusted.textOf(id),
    document,
    operationName,
    grants,
    isTrusted: true,
  });
  prepared.variantFor({});
  firstUse.push(performance.now() - start);
}
report(`and ${warm} compiled programs`);
const keys = new KnownKeys(['a secret of API keys that is long enough']);
keys.apply({ version: '1.1.1', keys: [...generateKeys(keyCount)], revocations: null }, Date.now());
report(`and ${keyCount} API keys`);
const sorted = firstUse.toSorted((one, other) => one - other);
console.log(
  `first use: median ${sorted[Math.floor(warm / 2)]?.toFixed(2)} ms, p99 ${sorted[Math.floor(warm * 0.99)]?.toFixed(2)} ms`,
);
console.log(
  'parsed, validated or planned at first use:',
  JSON.stringify(before) === JSON.stringify({ ...work, plans: plans.made }) ? 'none' : 'some',
);
if (!keys.find(createHash('sha256').update('0').digest('base64url'))) throw new Error('the first key is required');
await engine.close();
await transport.close();
