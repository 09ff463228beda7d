import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { jobsSchema } from '#shared/database/jobs-schema.ts';

const pauseMs = 50;
const mostMs = 60_000;

/** Waits until all domain events have been handled. @throws Error after a minute */
export async function settle(admin: pg.Client): Promise<void> {
  const until = performance.now() + mostMs;
  for (;;) {
    const { rows } = await admin.query(
      `select name from ${jobsSchema}.job where state < 'completed' and name not like '%\\_dead' limit 1`,
    );
    if (rows.length === 0) return;
    if (performance.now() > until) throw new Error(`The event of ${rows[0]?.name} was not handled within a minute.`);
    await sleep(pauseMs);
  }
}
