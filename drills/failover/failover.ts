import { setTimeout as delay } from 'node:timers/promises';
import { atMost, type Drill, type DrillCase, type DrillContext, type DrillSite, ledgerBars } from '../drill.ts';
import type { Ledger } from '../ledger.ts';
import { createOperator, type Operator } from '../operator.ts';
import { queryOnce } from '../query-once.ts';
import { withHost } from '../with-host.ts';
import { runFault } from '../with-ledger.ts';
import { withTopology } from '../with-topology.ts';
import { Cluster } from './cluster.ts';
import type { DatabaseNode } from './database-node.ts';
import { readFormerPrimary } from './former-primary.ts';
import { type Loss, losses } from './losses.ts';
import { strayTable } from './stray-client.ts';

const wholeMs = 120_000;
const lagSamples = 20;

/** The primary of a database cluster is lost in three ways. Each case begins on the primary that the one before has promoted. */
export const failoverDrill: Drill = {
  name: 'failover',
  does: 'kills, freezes and cuts off the primary of a PostgreSQL cluster with Patroni while clients write',
  requires: ['patroni', 'etcd'],
  async run(site) {
    await using cluster = await Cluster.start({ ...site, passwords: passwordsOf(site) });
    site.say('The database cluster is whole.');
    const lose = async (context: DrillContext): Promise<readonly DrillCase[]> => {
      const operator = await createOperator(context);
      const cases: DrillCase[] = [];
      for (const loss of losses) {
        const one = await losePrimary(loss, cluster, operator, context);
        cases.push(one);
        // Without a node that follows, the next loss would measure another cluster.
        if (hasNotRejoined(one)) break;
      }
      return cases;
    };
    return await withTopology(site, lose, { instead: { postgres: cluster.proxy } });
  },
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ name, firstAckMs, wrongPrimaryWrites = 0, lagMs = 0, rejoinMs = 0 }) => [
      atMost(`${name}.firstAck`, firstAckMs / 1_000, 30, 's'),
      atMost(`${name}.wrongPrimaryWrites`, wrongPrimaryWrites, 0, 'writes'),
      atMost(`${name}.lag`, lagMs / 1_000, 1, 's'),
      atMost(`${name}.rejoin`, rejoinMs / 1_000, wholeMs / 1_000, 's'),
    ]),
    ...losses
      .filter(({ name }) => !cases.some((one) => one.name === name))
      .map(({ name }) => ({ id: `${name}.cases`, figure: 0, bar: 1, unit: 'cases', met: false })),
  ],
};

const hasNotRejoined = ({ rejoinMs = 0 }: DrillCase): boolean => rejoinMs > wholeMs;

const passwordsOf = ({ environment }: DrillSite) => ({
  superuser: environment['POSTGRES_PASSWORD'] ?? '',
  replication: environment['REPLICATION_PASSWORD'] ?? '',
});

async function losePrimary(
  loss: Loss,
  cluster: Cluster,
  operator: Operator,
  context: DrillContext,
): Promise<DrillCase> {
  const node = await cluster.primary();
  let lagMs = 0;
  let faultAt = 0;
  let wrongPrimaryWrites = 0;
  let rejoinMs = 0;
  const fault = {
    name: loss.name,
    countsFromEnd: true,
    async before() {
      await queryOnce(node.url('postgres'), strayTable);
      for (let sample = 0; sample < lagSamples; sample++) {
        lagMs = Math.max(lagMs, await cluster.lagMs());
        await delay(100);
      }
    },
    begin() {
      loss.begin(node);
      faultAt = Date.now();
    },
    async end(ledger: Ledger) {
      const strayed = await loss.stray(node);
      const diverged = await findDiverged(node, ledger, context, faultAt);
      wrongPrimaryWrites = strayed + diverged;
      const healedAt = Date.now();
      loss.heal(node);
      const follows = await cluster.whole(wholeMs, node);
      rejoinMs = Date.now() - healedAt;
      const state = follows ? 'follows the new primary' : `does not follow the new primary after ${wholeMs / 1_000} s`;
      context.say(`${loss.name}: ${node.name} ${state}.`);
    },
  };
  return { ...(await runFault(operator, fault, context)), lagMs, wrongPrimaryWrites, rejoinMs };
}

/** Counts the records that only the former primary has, and that it acknowledged or made after the fault. Its processes stand still afterwards. */
async function findDiverged(
  node: DatabaseNode,
  ledger: Ledger,
  { topology }: DrillContext,
  faultAt: number,
): Promise<number> {
  node.machine.signal('SIGSTOP');
  const url = topology.environmentOf('shipments')['SUBGRAPH_DATABASE_URL'] ?? '';
  const former = await readFormerPrimary(node.copyFiles(), ledger, (host) => withHost(url, host));
  const current = new Set((await ledger.writesIn(url)).map(({ id }) => id));
  return former.filter(
    ({ id, createdAt }) => !current.has(id) && (ledger.hasAcknowledged(id) || createdAt.getTime() > faultAt),
  ).length;
}
