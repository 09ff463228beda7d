import type { DrillCase, DrillSite } from '../drill.ts';
import { strayTable } from '../failover/stray-client.ts';
import { createOperator } from '../operator.ts';
import { queryOnce } from '../query-once.ts';
import { until } from '../until.ts';
import { withHost } from '../with-host.ts';
import { Clients } from './clients.ts';
import { regionNames } from './distances.ts';
import { LatencyRouting, readRoutingTimes } from './latency-routing.ts';
import { Regions } from './regions.ts';
import { countStrayWrites, measureWrite, promote, replicate } from './replication.ts';
import { returnRegion } from './return-region.ts';

const [primary, standIn, elsewhere] = regionNames;
const warmUpWrites = 150;
const refusals = 20;
const waitMs = 60_000;

export type ReplicationMode = 'asynchronous' | 'synchronous';

/** Cuts off the primary region while clients read beside every region and write beside this one. Then another region is promoted. */
export async function loseRegion(mode: ReplicationMode, firstMachine: number, site: DrillSite): Promise<DrillCase> {
  await using regions = await Regions.start(site, firstMachine);
  const { next, writeMs } = await prepareDatabases(regions, mode);
  using routing = new LatencyRouting({
    active: [primary, elsewhere],
    standIns: { [primary]: standIn },
    times: readRoutingTimes(site.project),
    check: async (region, signal) => (await fetch(regions.healthOf(region), { signal })).ok,
  });
  const topology = regions.topologyOf(primary);
  const operator = await createOperator({ project: site.project, topology }, regions.graphFrom(primary, primary));
  const started = await Clients.start(mode, primary, operator, { regions, routing });
  await using clients = started.clients;
  const { ledger } = clients;
  await ledger.acknowledge(warmUpWrites, waitMs);

  // A region that is lost just after a check is noticed latest.
  await routing.nextCheck();
  const led = clients.readersAt(primary);
  const others = [...clients.readersAt(standIn), ...clients.readersAt(elsewhere)];
  const faultAt = Date.now();
  regions.cut(primary);
  const ledAwayMs = () => Math.max(...led.map((reader) => reader.ledAwayMs(faultAt, primary)));
  await until(() => Number.isFinite(ledAwayMs()), 'clients are not led away');
  const ledAway = { at: Date.now(), ms: ledAwayMs() };
  site.say(`${mode}: clients are led away after ${(ledAway.ms / 1_000).toFixed(1)} s.`);
  await ledger.refuse(refusals, waitMs);

  const calledAt = Date.now();
  site.say(`${mode}: ${await promoteStandIn(regions, site.project)}`);
  await ledger.acknowledgedAfter(calledAt, waitMs);
  regions.connect(primary);
  const wrongPrimaryWrites = await countStrayWrites(regions.databaseOf(primary));
  await ledger.stop();
  const readMs = { ...started.readMs, ...(await clients.readTimes()) };

  const url = withHost(topology.environmentOf('shipments')['SUBGRAPH_DATABASE_URL'] ?? '', next.machine.address);
  const settled = await ledger.settle(faultAt, url, calledAt);
  const { lostWrites = [] } = settled;
  for (const { key, ageMs } of lostWrites) site.say(`${mode}: lost ${key}, acknowledged ${ageMs} ms before the fault.`);
  const failedLedAway = led.flatMap((reader) => reader.failuresAfter(ledAway.at));
  if (failedLedAway.length > 0)
    site.say(`${mode}: reads failed after their clients were led away: ${[...new Set(failedLedAway)].join(', ')}.`);
  const leadBack = { former: primary, leader: standIn, regions, clients, led };
  return {
    ...settled,
    ...(mode === 'asynchronous' && (await returnRegion(leadBack))),
    name: mode,
    ledAwayMs: ledAway.ms,
    unanswered: ledger.countAfter(ledAway.at, 'TIMEOUT'),
    promotedMs: settled.recoveryMs ?? Number.POSITIVE_INFINITY,
    lossMs: Math.max(0, ...lostWrites.map(({ ageMs }) => ageMs)),
    wrongPrimaryWrites,
    failedReads: others.flatMap((reader) => reader.failuresAfter(0)).length,
    failedReadsLedAway: failedLedAway.length,
    writeMs,
    readMs,
  };
}

/** Sets the mode of replication, measures its price, and starts the guard of the primary. */
async function prepareDatabases(regions: Regions, mode: ReplicationMode) {
  const [former, next, third] = [
    regions.databaseOf(primary),
    regions.databaseOf(standIn),
    regions.databaseOf(elsewhere),
  ];
  await replicate(former, [next, third], mode === 'synchronous' ? next : undefined);
  await queryOnce(former.url(), strayTable);
  const writeMs = await measureWrite(former);
  await former.guard(1);
  return { next, writeMs };
}

/** @returns what the command says */
async function promoteStandIn(regions: Regions, project: string): Promise<string> {
  const follow = await regions.conninfo(elsewhere, standIn);
  const said = await promote(project, regions.databaseOf(standIn), regions.databaseOf(elsewhere), follow);
  regions.leadToPrimary(standIn);
  return said;
}
