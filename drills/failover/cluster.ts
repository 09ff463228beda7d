import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { queryOnce } from '../query-once.ts';
import type { Program } from '../topology/programs.ts';
import { DatabaseNode, type NodeOptions } from './database-node.ts';
import { createBridge } from './machine.ts';

const startMs = 120_000;
const pollMs = 200;

const member = z.object({
  name: z.string(),
  role: z.string(),
  state: z.string(),
  timeline: z.number().optional(),
});
type Member = z.infer<typeof member>;
const view = z.object({ members: z.array(member) });

const follows = ({ role, state }: Member): boolean =>
  (role === 'replica' || role === 'sync_standby') && ['running', 'streaming'].includes(state);

/** A primary and two standbys under Patroni, each on a machine of its own with a member of etcd. */
export class Cluster implements AsyncDisposable {
  readonly nodes: readonly DatabaseNode[];
  readonly #project: string;

  private constructor(nodes: readonly DatabaseNode[], project: string) {
    this.nodes = nodes;
    this.#project = project;
  }

  /** Resolves when there are a primary and a synchronous standby. */
  static async start(options: NodeOptions): Promise<Cluster> {
    createBridge();
    const nodes = await Promise.all([1, 2, 3].map((number) => DatabaseNode.create(number, options)));
    const cluster = new Cluster(nodes, options.project);
    try {
      for (const node of nodes) node.start(nodes);
      if (!(await cluster.whole(startMs)))
        throw new Error(
          `The cluster is not whole after ${startMs / 1_000} s: ${JSON.stringify(await cluster.members())}`,
        );
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What the members say of the cluster: the first one that answers. */
  async members(): Promise<readonly Member[]> {
    const views = this.nodes.map(async ({ address }) => {
      const response = await fetch(`http://${address}:8008/cluster`, { signal: AbortSignal.timeout(2_000) });
      return view.parse(await response.json()).members;
    });
    return Promise.any(views).catch(() => []);
  }

  /**
   * Waits until there is a primary, all other nodes follow its timeline, and one of them does so synchronously.
   * @param former a node that must not be the primary
   * @returns false if it takes longer
   */
  async whole(timeoutMs: number, former?: DatabaseNode): Promise<boolean> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const members = await this.members();
      const leader = members.find(({ role, state }) => role === 'leader' && state === 'running');
      const standbys = members.filter((one) => follows(one) && one.timeline === leader?.timeline);
      const isSynchronous = standbys.some(({ role }) => role === 'sync_standby');
      if (leader && isSynchronous && standbys.length === this.nodes.length - 1 && leader.name !== former?.name)
        return true;
      if (Date.now() > until) return false;
      await delay(pollMs);
    }
  }

  /** @throws Error if there is none */
  async primary(): Promise<DatabaseNode> {
    const members = await this.members();
    const leader = members.find(({ role }) => role === 'leader');
    const node = this.nodes.find(({ name }) => name === leader?.name);
    if (!node) throw new Error(`The cluster has no primary: ${JSON.stringify(members)}`);
    return node;
  }

  /** Time by which the slowest standby is behind in applying writes. */
  async lagMs(): Promise<number> {
    const primary = await this.primary();
    const [row] = await queryOnce<{ ms: number | null }>(
      primary.url('postgres'),
      'select max(extract(epoch from replay_lag) * 1000)::float as ms from pg_stat_replication',
    );
    return row?.ms ?? 0;
  }

  /** HAProxy in the place of the service `postgres`. @param address of that service */
  readonly proxy = (address: string): Program => {
    const nodes = this.nodes.map((node, index) => [`POSTGRES_${index + 1}`, node.address]);
    return {
      file: 'haproxy',
      args: ['-db', '-f', join(this.#project, 'infra/patroni/haproxy.cfg')],
      environment: { POSTGRES_ADDRESS: address, ...Object.fromEntries(nodes) },
      health: { kind: 'port', host: address, port: 5432 },
    };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.nodes.map((node) => node.stop()));
  }
}
