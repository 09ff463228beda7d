import type { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import { sharedCheck } from '../runtime/shared-check.ts';

/** Updates the health part `database`. Logs one line when the database stops responding, and one when it responds again. */
export function checkDatabase(health: Health, ping: () => Promise<void>, log: Log): void {
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
      health.set('database', 'down', 'The database does not respond.');
    }
  });
}
