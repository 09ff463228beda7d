import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { atMost, type Drill, type DrillCase, type DrillSite, ledgerBars } from '../drill.ts';
import { createBridge } from '../failover/machine.ts';
import { queryOnce } from '../query-once.ts';
import { postgresPrograms } from '../topology/debian.ts';
import { type DistantLine, openDistantLine } from './distant-line.ts';
import { RegionDatabase } from './region-database.ts';
import { ledgerTable, RegionLedger } from './region-ledger.ts';

const execute = promisify(execFile);
const here = '10.77.0.1';
/** Milliseconds of one way, from published round trips between regions. */
const ways = { within: 1, west: 33, europe: 38, westToEurope: 68 };
const sampleWrites = 40;
const waitMs = 60_000;
const strayMs = 4_000;

/** The primary region is cut off, another one is promoted, and the former one comes back. Databases only: see docs/guides/drills.md. */
export const regionDrill: Drill = {
  name: 'region',
  does: 'cuts off the primary of three regions and promotes another one, with and without synchronous standbys',
  async run(site) {
    createBridge();
    return [await loseRegion('asynchronous', 1, site), await loseRegion('synchronous', 11, site)];
  },
  bars: (cases) => [
    ...ledgerBars(cases.filter(({ name }) => name === 'synchronous')),
    ...cases.flatMap(({ name, promotedMs = 0, failedReads = 0, wrongPrimaryWrites = 0, lossMs = 0 }) => [
      atMost(`${name}.firstWriteAfterPromotion`, promotedMs / 1_000, 60, 's'),
      atMost(`${name}.failedReadsElsewhere`, failedReads, 0, 'reads'),
      atMost(`${name}.wrongPrimaryWrites`, wrongPrimaryWrites, 0, 'writes'),
      atMost(`${name}.recoveryPoint`, lossMs / 1_000, 1, 's'),
    ]),
  ],
};

async function loseRegion(name: 'asynchronous' | 'synchronous', number: number, site: DrillSite): Promise<DrillCase> {
  await using opened = new AsyncDisposableStack();
  const create = async (region: string, offset: number) =>
    opened.use(await RegionDatabase.create(region, number + offset, site, join(site.data, name)));
  const [east, west, europe] = [await create('east', 0), await create('west', 1), await create('europe', 2)];
  const line = async (to: RegionDatabase, way: number): Promise<DistantLine> =>
    opened.use(await openDistantLine(here, to.machine.address, way));
  const [fromWest, fromEurope, westFromEurope] = [
    await line(east, ways.west),
    await line(east, ways.europe),
    await line(west, ways.westToEurope),
  ];
  await east.start();
  await west.start(west.conninfo(here, fromWest.port));
  await europe.start(europe.conninfo(here, fromEurope.port));
  await queryOnce(east.url(), ledgerTable);
  const priceMs = await measurePrice(name, east);
  await east.guard(1);
  site.say(`${name}: three regions follow one primary.`);

  /** What the name of the primary leads clients of its region to. */
  const primary = await line(east, ways.within);
  const ledger = new RegionLedger(east.url(here, primary.port));
  const reads = new Reads(europe.url());
  try {
    await until(() => ledger.acknowledged.size >= 50, 'no writes before the fault');
    const faultAt = Date.now();
    east.machine.cut();
    for (const way of [fromWest, fromEurope]) way.cut();
    await until(() => ledger.attempts.some(({ code, endedAt }) => code !== undefined && endedAt > faultAt), 'no fault');

    const calledAt = Date.now();
    const said = await promote(site.project, west, europe, europe.conninfo(here, westFromEurope.port));
    primary.lead(west.machine.address);
    site.say(`${name}: west is the primary. ${said.trim()}`);
    await until(() => ledger.firstAfter(calledAt) !== undefined, 'no write after the promotion');
    const firstWrite = ledger.firstAfter(calledAt);

    east.machine.connect();
    const wrongPrimaryWrites = await countStrayWrites(east);
    await delay(500);
    await ledger.stop();
    await reads.stop();
    const kept = await queryOnce<{ number: number }>(west.url(), 'select number from ledger');
    const numbers = new Set(kept.map((row) => row.number));
    const lost = [...ledger.acknowledged].filter(([one]) => !numbers.has(one));
    const oldest = Math.min(...lost.map(([, at]) => at));
    const failed = ledger.attempts.filter(({ code, endedAt }) => code !== undefined && endedAt >= faultAt);
    if (lost.length > 0) site.say(`${name}: lost writes ${lost.map(([one]) => one).join(', ')}`);
    site.say(`${name}: a write takes ${priceMs.toFixed(1)} ms in the primary region.`);
    return {
      name,
      detectedMs: failed[0] ? failed[0].endedAt - faultAt : null,
      failingMs: (failed.at(-1)?.endedAt ?? 0) - (failed[0]?.endedAt ?? 0),
      firstAckMs: (firstWrite?.endedAt ?? Number.POSITIVE_INFINITY) - faultAt,
      promotedMs: (firstWrite?.endedAt ?? Number.POSITIVE_INFINITY) - calledAt,
      acknowledged: ledger.acknowledged.size,
      lost: lost.length,
      lossMs: lost.length === 0 ? 0 : faultAt - oldest,
      doubled: kept.length - numbers.size,
      wrongPrimaryWrites,
      failedReads: reads.failed,
      writeMs: priceMs,
      clientCodes: Object.fromEntries(
        Object.entries(Object.groupBy(failed, ({ code }) => String(code))).map(([code, all]) => [
          code,
          all?.length ?? 0,
        ]),
      ),
      retryAfter: [],
    };
  } finally {
    await ledger.stop();
    await reads.stop();
  }
}

/** Runs the command of the runbook. @returns what it prints */
async function promote(project: string, west: RegionDatabase, europe: RegionDatabase, follow: string): Promise<string> {
  const script = join(project, 'infra/postgres/promote-region.sh');
  const environment = { PATH: `${postgresPrograms()}:${process.env['PATH']}` };
  const { stdout } = await execute('bash', [script, west.url(), `${europe.url()}=${follow}`], { env: environment });
  return stdout;
}

/** Mean time of a write of a client in the primary region, after the mode of replication is set. */
async function measurePrice(name: string, east: RegionDatabase): Promise<number> {
  if (name === 'synchronous')
    await queryOnce(east.url(), `alter system set synchronous_standby_names = 'ANY 1 (west)'`);
  await queryOnce(east.url(), 'select pg_reload_conf()');
  await until(
    async () => (await queryOnce(east.url(), 'select from pg_stat_replication')).length === 2,
    'not two followers',
  );
  await delay(1_000);
  let total = 0;
  for (let sample = 1; sample <= sampleWrites; sample++) {
    const begunAt = performance.now();
    await queryOnce(east.url(), 'insert into ledger (number) values ($1)', [-sample]);
    total += performance.now() - begunAt;
  }
  return total / sampleWrites;
}

/** A client beside the former primary that still finds it, for some seconds after its return. */
async function countStrayWrites(east: RegionDatabase): Promise<number> {
  let acknowledged = 0;
  const end = Date.now() + strayMs;
  for (let number = 1; Date.now() < end; number++) {
    const insert = queryOnce(east.url(), 'insert into ledger (number) values ($1)', [-1_000 - number], 1_000);
    acknowledged += await insert.then(
      () => 1,
      () => 0,
    );
    await delay(20);
  }
  return acknowledged;
}

/** Reads of a client in a region that is not lost, from the standby of that region. */
class Reads {
  failed = 0;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(url: string) {
    this.#running = this.#read(url);
  }

  async #read(url: string): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await queryOnce(url, 'select count(*) from ledger', [], 1_000).catch(() => {
        this.failed += 1;
      });
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}

async function until(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const end = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${otherwise} after ${waitMs / 1_000} s`);
    await delay(20);
  }
}
