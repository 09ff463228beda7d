import { setTimeout as delay } from 'node:timers/promises';
import { atMost, type Drill, type DrillContext, ledgerBars, refusedRequests } from './drill.ts';
import { createOperator } from './operator.ts';
import { queryOnce } from './query-once.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

const service = 'postgres-standby';
const recoveryMs = 60_000;

/** The standby of docker-compose.yml dies. It follows asynchronously, so that no write waits for it. */
export const standbyDrill: Drill = {
  name: 'standby',
  does: 'kills the standby of the database while clients write',
  run: (site) =>
    withTopology(
      site,
      async (context) => {
        const standby = context.topology.of(service);
        await caughtUp(context);
        const fault = {
          name: 'kill',
          begin: () => standby.signal('SIGKILL'),
          end: () => caughtUp(context),
        };
        return [await runFault(await createOperator(context), fault, context)];
      },
      { also: [service] },
    ),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap((one) => [
      atMost(`${one.name}.firstAck`, one.firstAckMs / 1_000, 5, 's'),
      atMost(`${one.name}.refused`, refusedRequests(one), 0, 'requests'),
    ]),
  ],
};

/** Resolves when the standby has applied what the primary had written when it was asked. */
async function caughtUp({ topology }: DrillContext): Promise<void> {
  const url = topology.environmentOf('migrate')['DATABASE_URL'] ?? '';
  const until = Date.now() + recoveryMs;
  const [now] = await queryOnce<{ lsn: string }>(url, 'select pg_current_wal_lsn()::text as lsn');
  for (;;) {
    const [found] = await queryOnce(
      url,
      "select from pg_stat_replication where state = 'streaming' and replay_lsn >= $1",
      [now?.lsn],
    );
    if (found) return;
    if (Date.now() > until) throw new Error(`The standby does not follow after ${recoveryMs / 1_000} s.`);
    await delay(100);
  }
}
