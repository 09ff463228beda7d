import { alertFires, alertIsQuiet } from './alert-fires.ts';
import { atMost, type Drill, type DrillCase, type DrillContext, ledgerBars } from './drill.ts';
import { createOperator } from './operator.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

const healthyMs = 60_000;
const slowestSeconds = 180;

/** A service that stays away until its alert fires. */
interface Outage {
  readonly service: string;
  readonly alert: string;
}

/** Services that are away at the same time, because their alerts do not depend on each other. The database comes after them. */
const outages: readonly (readonly Outage[])[] = [
  [
    { service: 'gateway-1', alert: 'GatewayDown' },
    { service: 'risk', alert: 'SubgraphDown' },
    { service: 'redis', alert: 'RedisDown' },
    { service: 'postgres-standby', alert: 'StandbyMissing' },
  ],
  [{ service: 'postgres', alert: 'DatabaseDown' }],
];

/** Parts of the product stay away until Prometheus says so, with the rules and intervals of production. */
export const detectionDrill: Drill = {
  name: 'detection',
  does: 'stops a gateway, a subgraph, Redis, the standby and the database until their alerts fire',
  run: (site) =>
    withTopology(site, async (context) => [await loseUntilAlerts(context)], {
      also: ['postgres-standby', 'prometheus', 'postgres-exporter', 'postgres-standby-exporter', 'redis-exporter'],
    }),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ alertsMs = {}, recoveryMs = 0 }) => [
      ...Object.entries(alertsMs).map(([alert, ms]) => atMost(`${alert}.fires`, ms / 1_000, slowestSeconds, 's')),
      atMost('recovery', recoveryMs / 1_000, 30, 's'),
    ]),
  ],
};

async function loseUntilAlerts(context: DrillContext): Promise<DrillCase> {
  const alertsMs: Record<string, number> = {};
  const [first = [], ...others] = outages;
  const fault = {
    name: 'outages',
    blocksWrites: true,
    countsFromEnd: true,
    begin: () => stopAll(first, context),
    async end() {
      await untilAlerts(first, context, alertsMs);
      for (const some of others) {
        await stopAll(some, context);
        await untilAlerts(some, context, alertsMs);
      }
    },
  };
  return { ...(await runFault(await createOperator(context), fault, context)), alertsMs };
}

/** Kills them, once nothing of the start is left in their alerts. */
async function stopAll(some: readonly Outage[], { topology }: DrillContext): Promise<void> {
  await Promise.all(some.map(({ alert }) => alertIsQuiet(alert)));
  await Promise.all(some.map(({ service }) => topology.of(service).stop('SIGKILL')));
}

async function untilAlerts(
  some: readonly Outage[],
  { topology, say }: DrillContext,
  alertsMs: Record<string, number>,
): Promise<void> {
  await Promise.all(
    some.map(async ({ service, alert }) => {
      alertsMs[alert] = await alertFires(alert);
      say(`detection: ${alert} fires.`);
      const running = topology.of(service);
      running.start();
      await running.healthy(healthyMs);
    }),
  );
}
