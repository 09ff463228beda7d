import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger } from '../ledger.ts';
import { postgresPrograms } from '../topology/debian.ts';
import { RunningService } from '../topology/running-service.ts';
import type { Write } from '../writes.ts';

const host = '127.0.2.1';
const recoveryMs = 60_000;

/**
 * Reads what a former primary holds, before it is rewound. Runs PostgreSQL alone on a copy of its files, outside of the cluster.
 * @param copy folder with the files; it is removed
 * @param urlOf makes the URL of a server at this host
 */
export async function readFormerPrimary(
  copy: string,
  ledger: Ledger,
  urlOf: (host: string) => string,
): Promise<readonly Write[]> {
  for (const file of ['postmaster.pid', 'standby.signal', 'recovery.signal']) rmSync(join(copy, file), { force: true });
  const settings = [`listen_addresses=${host}`, 'synchronous_standby_names=', 'primary_conninfo='];
  const program = {
    file: join(postgresPrograms(), 'postgres'),
    args: ['-D', copy, ...settings.flatMap((setting) => ['-c', setting])],
    environment: {},
    isUnprivileged: true,
    health: { kind: 'port', host, port: 5432 },
  } as const;
  await using server = new RunningService('former primary', program, { logFile: `${copy}.log`, restarts: false });
  try {
    return await retry(() => ledger.writesIn(urlOf(host)));
  } finally {
    await server.stop();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The server refuses connections until its recovery has ended. */
async function retry<T>(run: () => Promise<T>): Promise<T> {
  const until = Date.now() + recoveryMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(200);
    }
  }
}
