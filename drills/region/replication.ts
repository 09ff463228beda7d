import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { queryOnce } from '../query-once.ts';
import { postgresPrograms } from '../topology/debian.ts';
import { until } from '../until.ts';
import type { RegionDatabase } from './region-database.ts';

const execute = promisify(execFile);
const sampleWrites = 40;
const strayMs = 4_000;

/** Resolves when all standbys follow. @param synchronous the standby that must have each write before it is acknowledged */
export async function replicate(
  primary: RegionDatabase,
  standbys: readonly RegionDatabase[],
  synchronous: RegionDatabase | undefined,
): Promise<void> {
  if (synchronous)
    await queryOnce(primary.url(), `alter system set synchronous_standby_names = 'ANY 1 ("${synchronous.name}")'`);
  await queryOnce(primary.url(), 'select pg_reload_conf()');
  const state = synchronous ? "('quorum')" : "('async')";
  const found = (where: string) => queryOnce(primary.url(), `select from pg_stat_replication where ${where}`);
  await until(async () => (await found(`state = 'streaming'`)).length === standbys.length, 'a standby does not follow');
  await until(async () => (await found(`sync_state in ${state}`)).length > 0, 'the mode of replication is not set');
}

/** Mean time of a write beside the primary, on a connection of its own. */
export async function measureWrite(primary: RegionDatabase): Promise<number> {
  await queryOnce(primary.url(), 'create table write_time (at timestamptz default now())');
  let total = 0;
  for (let sample = 0; sample < sampleWrites; sample++) {
    const begunAt = performance.now();
    await queryOnce(primary.url(), 'insert into write_time default values');
    total += performance.now() - begunAt;
  }
  return total / sampleWrites;
}

/**
 * Runs the command of the runbook.
 * @param follow how the other standby reaches the candidate
 * @returns what it prints
 */
export async function promote(
  project: string,
  candidate: RegionDatabase,
  other: RegionDatabase,
  follow: string,
): Promise<string> {
  const script = join(project, 'infra/postgres/promote-region.sh');
  const environment = { PATH: `${postgresPrograms()}:${process.env['PATH']}` };
  const standbys = ['2', candidate.url(), other.url(), follow];
  const { stdout } = await execute('bash', [script, ...standbys], { env: environment });
  return stdout.trim();
}

/** A client beside the former primary that still finds it, for some seconds after its return. @returns the number of its acknowledged writes */
export async function countStrayWrites(former: RegionDatabase): Promise<number> {
  let acknowledged = 0;
  const end = Date.now() + strayMs;
  while (Date.now() < end) {
    const insert = queryOnce(former.url(), 'insert into drill_stray default values', [], 1_000);
    acknowledged += await insert.then(
      () => 1,
      () => 0,
    );
    await delay(20);
  }
  return acknowledged;
}
