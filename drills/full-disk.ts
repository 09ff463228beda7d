import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { atMost, awayCodes, type Drill, ledgerBars } from './drill.ts';
import type { Ledger } from './ledger.ts';
import { createOperator } from './operator.ts';
import { queryOnce } from './query-once.ts';
import { administratorOf } from './restore/administrator.ts';
import type { RunningService } from './topology/running-service.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

/** Room for an empty database and its log. */
const diskSize = '512m';
/** Room for the log alone: a dozen of its files. */
const logSize = '256m';
const block = Buffer.alloc(65_536);
const refusals = 1_000;
const refusalsMs = 120_000;
const panicMs = 60_000;
const startMs = 60_000;

/**
 * The disk of the database is full, and then that of its log alone. Small file systems in memory stand for them. Without room for its files the
 * database refuses writes. Without room for its log every process of it ends (PANIC), and it cannot start either until there is room.
 */
export const fullDiskDrill: Drill = {
  name: 'full-disk',
  does: 'fills the disk of the database, and then that of its log, while clients write, and makes room again after 1,000 refused requests',
  async run(site) {
    using disks = new DisposableStack();
    const disk = mountDisk(join(site.data, 'volumes/postgres-primary'), diskSize, disks);
    const logDisk = mountDisk(join(site.data, 'log'), logSize, disks);
    return await withTopology(site, async (context) => {
      const operator = await createOperator(context);
      const full = await runFault(operator, fullDisk('full', join(disk, 'filler')), context);
      await moveLog(context.topology.of('postgres'), join(disk, 'main/pg_wal'), join(logDisk, 'pg_wal'));
      const panics = () => countPanics(join(context.data, 'services/postgres.log'));
      const before = panics();
      const { begin, ...fault } = fullDisk('log', join(logDisk, 'filler'));
      const crash = async () => {
        begin();
        await useUpLog(administratorOf(context), () => panics() > before);
      };
      const log = await runFault(operator, { ...fault, begin: crash }, context);
      return [full, { ...log, panics: panics() - before }];
    });
  },
  bars: (cases) => [
    ...ledgerBars(cases),
    atMost('log.withoutPanic', cases.at(-1)?.panics ? 0 : 1, 0, 'cases'),
    ...cases.flatMap(({ name, recoveryMs = 0, clientCodes, withoutRetryAfter = 0 }) => [
      atMost(`${name}.recovery`, recoveryMs / 1_000, 30, 's'),
      atMost(`${name}.otherCodes`, otherCodes(clientCodes).length, 0, 'codes'),
      atMost(`${name}.withoutRetryAfter`, withoutRetryAfter, 0, 'responses'),
    ]),
  ],
};

function mountDisk(folder: string, size: string, disks: DisposableStack): string {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=1777`, 'tmpfs', folder]);
  disks.defer(() => execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Fills a disk, and makes room again when clients have been refused for a while. */
const fullDisk = (name: string, filler: string) => ({
  name,
  blocksWrites: true,
  begin: () => fill(filler),
  async end(ledger: Ledger) {
    await ledger.refuse(refusals, refusalsMs);
    rmSync(filler);
  },
});

/** Gives the log of the database a disk of its own. */
async function moveLog(postgres: RunningService, from: string, to: string): Promise<void> {
  await postgres.stop('SIGINT');
  cpSync(from, to, { recursive: true });
  rmSync(from, { recursive: true });
  symlinkSync(to, from);
  postgres.start();
  await postgres.healthy(startMs);
}

/** Begins new files of the log, until there is no room for another one. */
async function useUpLog(administrator: string, hasCrashed: () => boolean): Promise<void> {
  const until = Date.now() + panicMs;
  while (!hasCrashed()) {
    if (Date.now() > until) throw new Error(`The log has room after ${panicMs / 1_000} s.`);
    // It crashes under this statement, or under one of a client.
    await queryOnce(administrator, 'select pg_switch_wal()').catch(() => delay(100));
  }
}

/** How often the database has crashed because it could not write its log. */
const countPanics = (logFile: string): number =>
  readFileSync(logFile, 'utf8').match(/PANIC: .*No space left on device/g)?.length ?? 0;

/** Takes all space that is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if (!isFull(error)) throw error;
  } finally {
    closeSync(file);
  }
}

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC';

/** Codes that do not say that the service is away for the moment, nor that it went while a write was under way. */
const otherCodes = (codes: Readonly<Record<string, number>>): readonly string[] =>
  Object.keys(codes).filter((code) => !awayCodes.has(code) && code !== 'OUTCOME_UNKNOWN');
