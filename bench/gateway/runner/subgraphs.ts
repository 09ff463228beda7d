import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { SubgraphStats } from '../subgraphs/server.ts';
import { PinnedProcess } from './processes.ts';

export interface RunningSubgraphs {
  /** The supergraph SDL with the ports of this run. */
  supergraphSdl: string;
  urls: Readonly<Record<string, string>>;
  stats(): Promise<SubgraphStats>;
  stop(): Promise<void>;
}

export async function startSubgraphs(core: number): Promise<RunningSubgraphs> {
  const server = fileURLToPath(new URL('../subgraphs/server.ts', import.meta.url));
  const running = new PinnedProcess(core, [process.execPath, server]);
  const ports = JSON.parse(await running.firstLine()) as Record<string, number>;
  const urls = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}/graphql`]),
  );
  return {
    supergraphSdl: compose(urls),
    urls,
    stats: () => totalStats(Object.values(ports)),
    stop: () => running.stop(),
  };
}

function compose(urls: Readonly<Record<string, string>>): string {
  const services = Object.entries(urls).map(([name, url]) => ({
    name,
    url,
    typeDefs: parse(readFileSync(new URL(`../subgraphs/${name}.graphql`, import.meta.url), 'utf8')),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new AggregateError(errors ?? [], 'the benchmark supergraph does not compose');
  return supergraphSdl;
}

async function totalStats(ports: readonly number[]): Promise<SubgraphStats> {
  const total: SubgraphStats = { requests: 0, anonymous: 0, executed: 0 };
  for (const port of ports) {
    const stats = (await (await fetch(`http://127.0.0.1:${port}/stats`)).json()) as SubgraphStats;
    total.requests += stats.requests;
    total.anonymous += stats.anonymous;
    total.executed += stats.executed;
  }
  return total;
}
