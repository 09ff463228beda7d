import type { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import { sharedCheck } from '../runtime/shared-check.ts';

interface CheckedDatabase {
  readonly ping: () => Promise<void>;
  /** True if a standby answers reads meanwhile. */
  readonly hasStandby: () => boolean;
}

/** Updates the health part `database`. Logs one line when the database stops responding, and one when it responds again. */
export function checkDatabase(health: Health, { ping, hasStandby }: CheckedDatabase, log: Log): void {
  const respond = sharedCheck(ping, { freshMs: 0, limitMs: 800 });
  let wasUp = true;
  health.addCheck(async () => {
    try {
      await respond();
      if (!wasUp) log.info('the database responds again');
      wasUp = true;
      health.set('database', 'up');
    } catch (error) {
      if (wasUp) log.error({ err: error }, 'the database does not respond');
      wasUp = false;
      if (hasStandby()) health.set('database', 'degraded', 'The database answers reads only.');
      else health.set('database', 'down', 'The database does not respond.');
    }
  });
}
