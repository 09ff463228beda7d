/**
 * Measures the engine alone on the nested query of the gateway benchmark. Subgraph responses come from memory as text, so the
 * cost is that of JSON.parse and the engine. JSON.parse alone and one JSON.stringify of the response are measured beside it.
 *
 *   node bench/engine/nested.ts [--rounds 5] [--iterations 2000]
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { createLog } from '#shared/runtime/log.ts';
import { Engine } from '../../gateway/engine/engine.ts';
import { createInlinePlanner } from '../../gateway/engine/planning/inline-planner.ts';
import type { SubgraphRequest, SubgraphResult, SubgraphTransport } from '../../gateway/engine/ports.ts';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { createErrorPolicy } from '../../gateway/errors/error-policy.ts';
import { subgraphNames } from '../gateway/subgraphs/resolvers.ts';
import { Responder } from '../gateway/subgraphs/respond.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, iterations: { type: 'string', default: '2000' } },
});
const rounds = Number(values.rounds);
const iterations = Number(values.iterations);

const bench = new URL('../gateway/', import.meta.url);
const composed = composeServices(
  subgraphNames.map((name) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(readFileSync(new URL(`subgraphs/${name}.graphql`, bench), 'utf8')),
  })),
);
if (composed.errors) throw composed.errors[0];
const { supergraphSdl } = composed;

class TextTransport implements SubgraphTransport {
  readonly texts = new Map<string, string>();
  readonly #responders = new Map(subgraphNames.map((name) => [name as string, new Responder(name)]));

  async fetch({ subgraph, body }: SubgraphRequest): Promise<SubgraphResult> {
    const key = subgraph + body;
    let text = this.texts.get(key);
    if (text === undefined) {
      text = (await this.#responders.get(subgraph)!.respond(body)).toString();
      this.texts.set(key, text);
    }
    return JSON.parse(text) as SubgraphResult;
  }
  subscribe(): AsyncIterable<SubgraphResult> {
    throw new Error('not measured here');
  }
  async close(): Promise<void> {}
}

const transport = new TextTransport();
const errorPolicy = createErrorPolicy(
  { publicErrorCodes: new Set(), publicErrorExtensions: new Set() },
  createLog('engine', 'silent'),
);
const engine = new Engine({
  errorPolicy,
  model: loadSupergraphModel(supergraphSdl),
  planner: createInlinePlanner(supergraphSdl),
  transport,
});
const source = readFileSync(new URL('operations/nested.graphql', bench), 'utf8');
const operation = await engine.prepare({ source });
const scope = { requestId: 'bench', identityKey: '', headers: {} };

async function once(first: number): Promise<string> {
  const { data, errors } = await engine.execute(operation, { first }, scope);
  if (errors.length > 0) throw new Error(errors[0]!.message);
  return data!;
}

const text = await once(5);
const responses = [...transport.texts.values()];
console.log(`response ${text.length} B, ${responses.length} subgraph responses of ${responses.join('').length} B`);
const tree: unknown = JSON.parse(text);

async function measure(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  for (let index = 0; index < iterations; index++) await run();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return Math.min(wall, (user + system) / 1000) / iterations;
}

const cases = {
  'engine, to bytes': async () => Buffer.from(await once(5)),
  'parse only': () => responses.map((response) => JSON.parse(response) as unknown),
  'parse and stringify': () => {
    for (const response of responses) JSON.parse(response);
    return Buffer.from(JSON.stringify(tree));
  },
};
for (let round = 0; round < rounds; round++) {
  const row: Record<string, string> = {};
  for (const [name, run] of Object.entries(cases)) row[name] = `${(1000 * (await measure(run))).toFixed(0)} µs`;
  console.log(row);
}
