import { setTimeout as delay } from 'node:timers/promises';
import { atMost, type Drill, type DrillCase, type DrillContext, ledgerBars } from '../drill.ts';
import { Ledger } from '../ledger.ts';
import { createOperator } from '../operator.ts';
import { queryOnce } from '../query-once.ts';
import { withTopology } from '../with-topology.ts';
import { administratorOf } from './administrator.ts';
import { findBackupFaults } from './backup-alerts.ts';
import { Backups } from './backups.ts';
import { writeDemoData } from './demo-data.ts';
import { findPlainFiles } from './plain-files.ts';
import { RestoredDatabase } from './restored-database.ts';
import { differentTables, sumTables, type TableSums } from './table-sums.ts';

const writes = 200;
const writesMs = 120_000;
const quietMs = 300_000;

/** A table is spoilt by mistake. The database is restored to the second before, from a base backup and the archive of its log. */
export const restoreDrill: Drill = {
  name: 'restore',
  does: 'restores the database to a chosen second, from a base backup and the archive of its log, and compares every row',
  run: (site) =>
    withTopology(site, async (context) => [await spoilAndRestore(context)], {
      also: ['backup', 'prometheus', 'node-exporter', 'postgres-exporter'],
    }),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(
      ({ name, restoreMs = 0, differentTables: different = [], archiveLagMs = 0, alerts = [], plainFiles = [] }) => [
        atMost(`${name}.restore`, restoreMs / 1_000, 600, 's'),
        atMost(`${name}.different`, different.length, 0, 'tables'),
        atMost(`${name}.archiveLag`, archiveLagMs / 1_000, 300, 's'),
        atMost(`${name}.alerts`, alerts.length, 0, 'alerts'),
        atMost(`${name}.plainFiles`, plainFiles.length, 0, 'files'),
      ],
    ),
  ],
};

async function spoilAndRestore(context: DrillContext): Promise<DrillCase> {
  const { topology, say } = context;
  const administrator = administratorOf(context);
  const reader = topology.environmentOf('shipments')['SUBGRAPH_DATABASE_URL'] ?? '';
  const backups = new Backups(topology.of('backup'), administrator);
  const operator = await createOperator(context);
  if (context.hasDemoData) await writeDemoData(context);
  const ledger = new Ledger(operator, 'restore');
  try {
    await backups.take();
    await ledger.acknowledge(writes, writesMs);
  } finally {
    await ledger.stop();
  }
  const { moment, sums } = await quietMoment(administrator);
  const spoiltAt = Date.now();
  await queryOnce(administrator, 'update shipments.shipment set customer_reference = $1', ['spoilt']);
  say(`restore: the table of shipments is spoilt, one moment after ${moment}.`);
  const archiveLagMs = await backups.caughtUp();
  const alerts = await findBackupFaults();

  const begunAt = Date.now();
  const target = ['--type=time', `--target=${moment}`];
  await using restored = await RestoredDatabase.start(context, backups, target, administrator);
  const restoreMs = Date.now() - begunAt;
  const found = await sumTables(restored.url(administrator));
  const settled = await ledger.settle(spoiltAt, restored.url(reader));
  const different = differentTables(sums, found);
  // Writes go on when the restored database accepts them.
  return {
    ...settled,
    name: 'spoilt-table',
    firstAckMs: restoreMs,
    recoveryMs: restoreMs,
    restoreMs,
    archiveLagMs,
    alerts,
    plainFiles: findPlainFiles(context.data),
    differentTables: different,
    databaseMegabytes: await sizeOf(administrator),
  };
}

async function sizeOf(administrator: string): Promise<number> {
  const [row] = await queryOnce<{ size: number }>(
    administrator,
    'select (pg_database_size(current_database()) / 1048576)::int as size',
  );
  return row?.size ?? 0;
}

/** A moment around which no row changed, and the rows of then. */
async function quietMoment(administrator: string): Promise<{ readonly moment: string; readonly sums: TableSums }> {
  const until = Date.now() + quietMs;
  let sums = await sumTables(administrator);
  for (;;) {
    const [row] = await queryOnce<{ moment: string }>(administrator, 'select clock_timestamp()::text as moment');
    await delay(1_000);
    const later = await sumTables(administrator);
    const different = differentTables(sums, later);
    if (row && different.length === 0) return { moment: row.moment, sums };
    if (Date.now() > until) throw new Error(`These tables change all the time: ${different.join(', ')}`);
    sums = later;
  }
}
