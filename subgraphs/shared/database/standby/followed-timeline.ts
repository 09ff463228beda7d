import type pg from 'pg';

/** A function of the database: the timeline that a standby receives; null if it receives nothing. */
export const followedTimeline = 'public.followed_timeline';

/** Roles of subgraphs do not see the process that receives the log, so that the function runs as the administrator, who may read statistics. */
export async function installFollowedTimeline(client: pg.Client): Promise<void> {
  await client.query(`create or replace function ${followedTimeline}() returns integer
    language sql stable security definer set search_path = ''
    as 'select received_tli from pg_catalog.pg_stat_wal_receiver'`);
}
