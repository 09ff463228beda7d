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
import type { Opening } from './host.ts';

const { values } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:access --',
    does: 'What identity, the look-up of documents, prices and budgets cost the gateway. See bench/access/README.md.',
    options: {
      requests: { type: 'string', value: 'NUMBER', default: '3000', help: 'requests of each variant in a run (3000)' },
      rounds: { type: 'string', value: 'NUMBER', default: '5', help: 'runs of each variant (5)' },
      partners: { type: 'string', value: 'NUMBER', default: '100', help: 'callers with a token of their own (100)' },
      redis: { type: 'string', value: 'URL', help: 'also measures the budget in this Redis' },
    },
  }),
);
const requests = orExit(() => wholeNumber('requests', values.requests, 1, 1_000_000));
const partners = orExit(() => wholeNumber('partners', values.partners, 1, 10_000));
/** Turns of each variant in a run. */
const turns = 20;
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
  readonly accessDir?: string;
  readonly document: object;
}
const withAccess = (name: string, budget: Readonly<Record<string, string>>): Variant => ({
  name,
  environment: { DOCUMENT_MANIFESTS: manifests, DOCUMENT_POLICY_PARTNER: 'registered', ...budget },
  accessDir: dir,
  document: { documentId: id },
});
const none: Variant = { name: 'none', environment: { BUDGET_MODE: 'off' }, document: { query: text } };
const variants: readonly Variant[] = [
  none,
  withAccess('identity and document', { BUDGET_MODE: 'off' }),
  withAccess('all, budget in process', { BUDGET_MODE: 'enforce' }),
  ...(values.redis === undefined
    ? []
    : [withAccess('all, budget in Redis', { BUDGET_MODE: 'enforce', REDIS_URL: values.redis })]),
];

/** A gateway of the host, with its callers. */
interface Target {
  readonly variant: Variant;
  readonly pool: Pool;
  readonly tokens: readonly string[];
}

function startHost(): ChildProcess {
  return fork(new URL('./host.ts', import.meta.url), {
    execArgv: ['--no-warnings', '--max-semi-space-size=12'],
    env: { ...process.env, LOG_LEVEL: 'silent' },
  });
}

async function ask<T>(host: ChildProcess, message: Opening | 'cpu'): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort(new Error('The process of the gateways ended.'));
  host.once('exit', end);
  try {
    const answered = once(host, 'message', { signal: ended.signal });
    host.send(message);
    const [answer] = await answered;
    return answer;
  } finally {
    host.off('exit', end);
  }
}

async function openTarget(host: ChildProcess, variant: Variant): Promise<Target> {
  const { environment, accessDir } = variant;
  const flags = ['--supergraph', supergraph, '--port', '0'];
  const { url } = await ask<{ url: string }>(host, {
    flags,
    environment,
    ...(accessDir !== undefined && { accessDir }),
  });
  return { variant, pool: new Pool(url, { connections: 8 }), tokens: newTokens() };
}

let lastId = 0;
/** Sends one request with an id of its own, so that no two share an execution. */
async function send({ pool, tokens, variant: { document, accessDir } }: Target): Promise<void> {
  const body = JSON.stringify({ ...document, variables: { id: String(++lastId) } });
  const authorization = `Bearer ${tokens[lastId % tokens.length]}`;
  const response = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accessDir !== undefined && { authorization }) },
    body,
  });
  const answer = await response.body.text();
  if (!answer.includes('"weightKg":3')) throw new Error(answer.slice(0, 300));
}

/** @returns CPU microseconds of the gateway */
async function load(host: ChildProcess, target: Target, count: number): Promise<number> {
  const before = await ask<{ cpu: number }>(host, 'cpu');
  let left = count;
  const client = async () => {
    while (left-- > 0) await send(target);
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return (await ask<{ cpu: number }>(host, 'cpu')).cpu - before.cpu;
}

/**
 * CPU microseconds per request of each variant in a new process. The variants take turns of a few hundred requests in it, so
 * that other programs of the machine, and the compiled code of the process, weigh on all of them.
 */
async function measure(): Promise<Map<string, number>> {
  const host = startHost();
  const targets: Target[] = [];
  const sums = new Map(variants.map(({ name }) => [name, 0]));
  try {
    for (const variant of variants) targets.push(await openTarget(host, variant));
    const turn = Math.ceil(requests / turns);
    for (let index = -turns; index < turns; index++) {
      for (const target of index % 2 === 0 ? targets : targets.toReversed()) {
        const cpu = await load(host, target, turn);
        const { name } = target.variant;
        if (index >= 0) sums.set(name, (sums.get(name) ?? 0) + cpu / turn / turns);
      }
    }
    return sums;
  } finally {
    for (const { pool } of targets) await pool.close();
    host.disconnect();
  }
}

try {
  const figures: Map<string, number>[] = [];
  for (let round = 0; round < rounds; round++) figures.push(await measure());
  const of = (name: string) => figures.map((each) => each.get(name) ?? Number.NaN);
  const baselines = of(none.name);
  console.log(`CPU of the gateway per request: median of ${rounds} runs of ${requests} requests for each`);
  for (const { name } of variants) {
    const shares = of(name).map((figure, round) => 100 * (1 - (baselines[round] ?? Number.NaN) / figure));
    const spread = `${Math.min(...shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)} %`;
    console.log(
      `${name.padEnd(24)} ${median(of(name)).toFixed(0).padStart(6)} µs ${median(shares).toFixed(1).padStart(7)} %   (${spread})`,
    );
  }
} finally {
  for (const subgraph of graph.subgraphs) await subgraph.close();
  rmSync(dir, { recursive: true, force: true });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
