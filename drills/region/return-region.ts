import type { DrillCase } from '../drill.ts';
import { queryOnce } from '../query-once.ts';
import { until } from '../until.ts';
import type { Clients } from './clients.ts';
import type { RegionName } from './distances.ts';
import type { Reader } from './readers.ts';
import type { Regions } from './regions.ts';

/** A region that was primary, and the one that is now. */
interface Return {
  readonly former: RegionName;
  readonly leader: RegionName;
  readonly regions: Regions;
  readonly clients: Clients;
  /** The clients who were at the former primary. */
  readonly led: readonly Reader[];
}

/** Does what the runbook says of a region that is back: its database follows, its processes write to the new primary, and DNS leads its clients there. */
export async function returnRegion({
  former,
  leader,
  regions,
  clients,
  led,
}: Return): Promise<Pick<DrillCase, 'ledBackMs' | 'failedReadsLedBack'>> {
  await regions.rejoin(former, leader);
  await follows(regions, former, leader);
  const returnedAt = Date.now();
  regions.mend(former);
  const atHome = () => clients.readersAt(former);
  await until(() => led.every((reader) => atHome().includes(reader)), 'clients are not led back');
  const ledBackMs = Date.now() - returnedAt;
  await clients.readTimes();
  return { ledBackMs, failedReadsLedBack: led.flatMap((reader) => reader.failuresAfter(returnedAt)).length };
}

/** Resolves when the standby has replayed what the primary has committed. */
async function follows(regions: Regions, standby: RegionName, primary: RegionName): Promise<void> {
  const [now] = await queryOnce<{ lsn: string }>(
    regions.databaseOf(primary).url(),
    'select pg_current_wal_flush_lsn()::text as lsn',
  );
  const replayed = 'select from pg_last_wal_replay_lsn() as replayed where pg_is_in_recovery() and replayed >= $1';
  const url = regions.databaseOf(standby).url();
  await until(async () => (await queryOnce(url, replayed, [now?.lsn])).length > 0, `${standby} does not follow`);
}
