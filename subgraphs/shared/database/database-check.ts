import type { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import { sharedCheck } from '../runtime/shared-check.ts';

/** Keeps the health part `database`; the log has one line when the database goes away and one when it is back. */
export function checkDatabase(health: Health, ping: () => Promise<void>, log: Log): void {
  const answers = sharedCheck(ping, { freshMs: 0, limitMs: 800 });
  let wasUp = true;
  health.addCheck(async () => {
    try {
      await answers();
      if (!wasUp) log.info('the database answers again');
      wasUp = true;
      health.set('database', 'up');
    } catch (error) {
      if (wasUp) log.error({ err: error }, 'the database does not answer');
      wasUp = false;
      health.set('database', 'down', 'The database does not answer.');
    }
  });
}
