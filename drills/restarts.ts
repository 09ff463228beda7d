import { atMost, type Drill, ledgerBars } from './drill.ts';
import { createOperator } from './operator.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

/** A drill that kills services of the topology one after another. Each starts again by itself, as containers do. */
function restartDrill(name: string, services: readonly string[], firstAckSeconds: number): Drill {
  return {
    name,
    does: `kills ${services.join(', ')} while clients write`,
    run: (site) =>
      withTopology(site, async (context) => {
        const operator = await createOperator(context);
        const cases = [];
        for (const service of services) {
          const running = context.topology.of(service);
          const fault = {
            name: service,
            begin: () => running.signal('SIGKILL'),
            end: () => running.healthy(60_000),
          };
          cases.push(await runFault(operator, fault, context));
        }
        return cases;
      }),
    bars: (cases) => [
      ...ledgerBars(cases),
      ...cases.map((one) => atMost(`${one.name}.firstAck`, one.firstAckMs / 1_000, firstAckSeconds, 's')),
    ],
  };
}

/** Writes go through access (identity snapshots) and shipments; the other subgraphs must not stop them. */
export const subgraphDrill = restartDrill(
  'subgraph',
  ['shipments', 'access', 'fleet', 'tracking', 'pricing', 'risk', 'analytics'],
  20,
);

/** Redis carries budgets, messages and live data: writes go on without it. */
export const redisDrill = restartDrill('redis', ['redis'], 5);
