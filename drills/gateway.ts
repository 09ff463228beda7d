import { atMost, type Drill, ledgerBars, refusedRequests } from './drill.ts';
import { createOperator } from './operator.ts';
import { edgeOf } from './release/topology-target.ts';
import { Subscribers } from './subscribers.ts';
import { type Fault, runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

/** One of two gateways dies, or is stopped in order, while clients write and subscribe through the proxy. */
export const gatewayDrill: Drill = {
  name: 'gateway',
  does: 'kills one of two gateways, and stops it in order, while clients write and subscribe',
  run: (site) =>
    withTopology(site, async (context) => {
      const gateway = context.topology.of('gateway-1');
      const faults: readonly Fault[] = [
        { name: 'kill', begin: () => gateway.signal('SIGKILL'), end: () => gateway.healthy(60_000) },
        {
          name: 'stop',
          begin: () => gateway.stop(),
          async end() {
            gateway.start();
            await gateway.healthy(60_000);
          },
        },
      ];
      const edge = edgeOf(context.topology.volume('proxy-state'));
      const operator = await createOperator(context);
      const cases = [];
      for (const fault of faults) {
        // Then both gateways get subscribers.
        await edge.up('gateways');
        await using subscribers = await Subscribers.open(operator);
        const measured = await runFault(operator, fault, context);
        cases.push({ ...measured, ...(await subscribers.figures()) });
      }
      return cases;
    }),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.map(({ name, firstAckMs }) => atMost(`${name}.firstAck`, firstAckMs / 1_000, 5, 's')),
    ...cases.map(({ name, unservedSubscribers = 0 }) =>
      atMost(`${name}.unserved`, unservedSubscribers, 0, 'subscribers'),
    ),
    ...cases
      .filter(({ name }) => name === 'stop')
      .map((one) => atMost(`${one.name}.refused`, refusedRequests(one), 0, 'requests')),
  ],
};
