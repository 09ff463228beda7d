/** Measures what authentication, the look-up of the document, pricing and the budget cost the gateway. See README.md. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import { loadKeyring } from '#shared/identity/keys.ts';
import { accessTokens, createSigner } from '#shared/identity/tokens.ts';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { orExit } from '#shared/runtime/exit.ts';
import { documentId } from '../../gateway/access/documents/manifest.ts';
import { startBenchGraph, text } from './graph.ts';

const { values } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:access --',
    does: 'What identity, the look-up of documents, prices and budgets cost the gateway. See bench/access/README.md.',
    options: {
      requests: { type: 'string', value: 'NUMBER', default: '6000', help: 'requests of a run (6000)' },
      rounds: { type: 'string', value: 'NUMBER', default: '5', help: 'runs of each variant (5)' },
      partners: { type: 'string', value: 'NUMBER', default: '8', help: 'callers with a token of their own (8)' },
      redis: { type: 'string', value: 'URL', help: 'also measures the budget in this Redis' },
    },
  }),
);
const requests = orExit(() => wholeNumber('requests', values.requests, 1, 1_000_000));
const partners = orExit(() => wholeNumber('partners', values.partners, 1, 10_000));
const rounds = orExit(() => wholeNumber('rounds', values.rounds, 1, 1_000));

const dir = mkdtempSync(join(tmpdir(), 'freight-access-'));
const graph = await startBenchGraph();
const supergraph = join(dir, 'supergraph.graphql');
writeFileSync(supergraph, graph.supergraphSdl);
const id = documentId(text);
const operations = [{ id, name: 'Person', type: 'query', body: text }];
const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
const manifests = join(dir, 'manifests');
mkdirSync(manifests);
writeFileSync(join(manifests, 'partner.json'), JSON.stringify(manifest));

const partnerOf = (organization: number): AccountIdentity => ({
  kind: 'account',
  accountId: `account-${organization}`,
  organizationId: `organization-${organization}`,
  driverId: null,
  credential: { kind: 'session', needsCode: false },
  roles: ['PARTNER'],
  scopes: scopesOf(['PARTNER']),
  tier: 'ENTERPRISE',
});
const keyring = await loadKeyring(dir);
const signer = createSigner(keyring.access.privateJwk);
let organizations = 0;
/** Tokens of new organizations, so that a run does not spend what another one has left. */
const newTokens = (): string[] =>
  Array.from({ length: partners }, () => signer.sign(partnerOf(++organizations), accessTokens, 900));

interface Variant {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly isSignedIn: boolean;
  readonly document: object;
}
const trusted = { DOCUMENT_MANIFESTS: manifests, DOCUMENT_POLICY_PARTNER: 'registered', ACCESS_DATA_DIR: dir };
const byId = { documentId: id };
const variants: readonly Variant[] = [
  { name: 'none', environment: { BUDGET_MODE: 'off' }, isSignedIn: false, document: { query: text } },
  { name: 'identity and document', environment: { ...trusted, BUDGET_MODE: 'off' }, isSignedIn: true, document: byId },
  {
    name: 'all, budget in process',
    environment: { ...trusted, BUDGET_MODE: 'enforce' },
    isSignedIn: true,
    document: byId,
  },
  ...(values.redis === undefined
    ? []
    : [
        {
          name: 'all, budget in Redis',
          environment: { ...trusted, BUDGET_MODE: 'enforce', REDIS_URL: values.redis },
          isSignedIn: true,
          document: byId,
        },
      ]),
];

interface Host extends Variant {
  readonly child: ChildProcess;
  readonly pool: Pool;
  readonly tokens: readonly string[];
}

async function open(variant: Variant): Promise<Host> {
  const child = fork(new URL('./host.ts', import.meta.url), ['--supergraph', supergraph, '--port', '0'], {
    execArgv: ['--no-warnings', '--max-semi-space-size=12'],
    env: { ...process.env, LOG_LEVEL: 'silent', ...variant.environment },
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the gateway "${variant.name}" ended`);
  });
  const [{ url }] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {}); // it ends with the benchmark
  return { ...variant, child, pool: new Pool(url, { connections: 8 }), tokens: newTokens() };
}

let lastId = 0;
/** Sends one request with an id of its own, so that no two share an execution. */
async function send({ pool, tokens, isSignedIn, document }: Host): Promise<void> {
  const body = JSON.stringify({ ...document, variables: { id: String(++lastId) } });
  const authorization = `Bearer ${tokens[lastId % tokens.length]}`;
  const response = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(isSignedIn && { authorization }) },
    body,
  });
  const answer = await response.body.text();
  if (!answer.includes('"weightKg":3')) throw new Error(answer.slice(0, 300));
}

async function cpu(child: ChildProcess): Promise<number> {
  const answered = once(child, 'message');
  child.send('cpu');
  const [answer] = await answered;
  return answer.cpu;
}

async function load(host: Host, count: number): Promise<number> {
  const before = await cpu(host.child);
  let left = count;
  const client = async () => {
    while (left-- > 0) await send(host);
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return ((await cpu(host.child)) - before) / count;
}

/** CPU microseconds per request of each variant, one for each run. */
const figures = new Map(variants.map(({ name }): [string, number[]] => [name, []]));

/** Two processes of one variant differ by up to a tenth, so each run has new ones. */
async function measure(variant: Variant): Promise<void> {
  const host = await open(variant);
  try {
    await load(host, requests);
    figures.get(variant.name)?.push(await load(host, requests));
  } finally {
    await host.pool.close();
    host.child.disconnect();
  }
}

try {
  for (let round = 0; round < rounds; round++) for (const variant of variants) await measure(variant);
  const baseline = median(figures.get('none') ?? []);
  console.log(`CPU of the gateway per request: median of ${rounds} alternating runs of ${requests} requests`);
  for (const [name, each] of figures) {
    const figure = median(each);
    const share = (100 * (figure - baseline)) / figure;
    const spread = `${Math.min(...each).toFixed(0)} to ${Math.max(...each).toFixed(0)}`;
    console.log(
      `${name.padEnd(24)} ${figure.toFixed(0).padStart(6)} µs ${share.toFixed(1).padStart(7)} %   (${spread})`,
    );
  }
} finally {
  for (const subgraph of graph.subgraphs) await subgraph.close();
  rmSync(dir, { recursive: true, force: true });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
