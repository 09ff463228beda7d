import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseName } from '#shared/database/provision.ts';
import { errorMessage } from '#shared/errors/error-code.ts';
import { alertFires } from '../alert-fires.ts';
import { atMost, type Drill, type DrillCase, type DrillContext, ledgerBars } from '../drill.ts';
import { createOperator, type Operator } from '../operator.ts';
import { queryOnce } from '../query-once.ts';
import { runFault } from '../with-ledger.ts';
import { withTopology } from '../with-topology.ts';
import { administratorOf } from './administrator.ts';

const table = 'shipments.shipment';
const alertSeconds = 180;
const overwrittenBytes = 64;
const mendMs = 120_000;
const pollMs = 1_000;

/** The disk changes a page of a table. Its rows come back from the backup and the archive. */
export const corruptionDrill: Drill = {
  name: 'corruption',
  does: 'overwrites a page of a table on the disk, waits for the alert, and gives the table its rows back from the backup',
  run: (site) =>
    withTopology(site, async (context) => [await corruptAndMend(context)], {
      also: ['backup', 'prometheus', 'node-exporter'],
    }),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ name, restoreMs = 0, alertsMs = {}, readableRows = 0 }) => [
      ...Object.entries(alertsMs).map(([alert, ms]) => atMost(`${alert}.fires`, ms / 1_000, alertSeconds, 's')),
      atMost(`${name}.restore`, restoreMs / 1_000, 600, 's'),
      // The page was unreadable, so the drill has proved something.
      atMost(`${name}.readableRows`, readableRows, 0, 'rows'),
    ]),
  ],
};

async function corruptAndMend(context: DrillContext): Promise<DrillCase> {
  const { topology, say } = context;
  const administrator = administratorOf(context);
  const operator = await createOperator(context);
  const readCodes: string[] = [];
  let row = '';
  let firedMs = 0;
  let restoreMs = 0;
  const fault = {
    name: 'page',
    blocksWrites: true,
    async begin() {
      row = await rowOfFirstPage(administrator);
      await corruptFirstPage(context, administrator);
    },
    async end() {
      readCodes.push(await readShipment(operator, row));
      firedMs = await alertFires('CorruptedTable');
      say('corruption: the alert fires.');
      const mendingAt = Date.now();
      await topology.of('shipments').stop();
      const said = await mend(context);
      restoreMs = Date.now() - mendingAt;
      say(`corruption: ${said.trim()}.`);
      topology.of('shipments').start();
      await topology.of('shipments').healthy(60_000);
      readCodes.push(await readShipment(operator, row));
    },
  };
  const settled = await runFault(operator, fault, context);
  const [before, after] = readCodes;
  if (after !== 'OK') throw new Error(`The row is not readable afterwards: ${after}`);
  return {
    ...settled,
    alertsMs: { CorruptedTable: firedMs },
    restoreMs,
    readableRows: before === 'OK' ? 1 : 0,
    readCodes,
  };
}

/** Waits for a restore test that runs: there is one second cluster. */
async function mend({ topology, data }: DrillContext): Promise<string> {
  const until = Date.now() + mendMs;
  for (;;) {
    try {
      return await topology
        .of('backup')
        .run('bash', [join(data, 'services/backup/mend-table.sh'), databaseName, table]);
    } catch (error) {
      if (!errorMessage(error).includes('runs already') || Date.now() > until) throw error;
      await delay(pollMs);
    }
  }
}

async function rowOfFirstPage(administrator: string): Promise<string> {
  const [row] = await queryOnce<{ id: string }>(
    administrator,
    `select id::text from ${table} where ctid < '(1,0)' limit 1`,
  );
  if (!row) throw new Error(`The first page of ${table} has no row.`);
  return row.id;
}

/** Overwrites bytes in the first page of the table while PostgreSQL is stopped, so that it reads the page from the disk again. */
async function corruptFirstPage({ topology, data }: DrillContext, administrator: string): Promise<void> {
  const [row] = await queryOnce<{ path: string }>(administrator, 'select pg_relation_filepath($1) as path', [table]);
  await queryOnce(administrator, 'checkpoint', [], 60_000);
  const postgres = topology.of('postgres');
  postgres.signal('SIGINT');
  await postgres.exit;
  const file = openSync(join(data, 'volumes/postgres-primary/main', row?.path ?? ''), 'r+');
  try {
    writeSync(file, randomBytes(overwrittenBytes), 0, overwrittenBytes, 4_096);
  } finally {
    closeSync(file);
  }
  await postgres.healthy(60_000);
}

/** @returns the code of the response, or `OK` */
async function readShipment({ client }: Operator, id: string): Promise<string> {
  const query = 'query Read($id: ID!) { shipment(id: $id) { id customerReference } }';
  const { data, errors } = await client.send<{ shipment: object | null }>({ query, variables: { id } });
  if (data?.shipment) return 'OK';
  return errors?.[0]?.extensions.code ?? 'NOT_FOUND';
}
