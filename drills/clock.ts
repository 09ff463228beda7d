import { globSync } from 'node:fs';
import { clockToleranceSeconds } from '#shared/identity/tokens.ts';
import { atMost, type Drill, ledgerBars, refusedRequests } from './drill.ts';
import type { Ledger } from './ledger.ts';
import { createOperator } from './operator.ts';
import { MissingPrograms } from './topology/debian.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

const healthyMs = 60_000;
const refusals = 20;
const refusalsMs = 60_000;

/** A process whose clock is wrong. */
interface Skew {
  readonly name: string;
  readonly service: string;
  readonly seconds: number;
  /** True if a correct clock of another process cannot help, so that no write is possible meanwhile. */
  readonly blocksWrites?: boolean;
}

const skews: readonly Skew[] = [
  { name: 'within-tolerance', service: 'gateway-1', seconds: clockToleranceSeconds - 60 },
  { name: 'gateway-ahead', service: 'gateway-1', seconds: 2 * clockToleranceSeconds },
  { name: 'subgraph-behind', service: 'shipments', seconds: -2 * clockToleranceSeconds, blocksWrites: true },
];

/** The clock of a gateway, and that of a subgraph, is wrong. Tokens carry the time of their issue. */
export const clockDrill: Drill = {
  name: 'clock',
  does: 'sets the clock of a gateway 4 and 10 minutes ahead, and that of a subgraph 10 minutes back, while clients write',
  requires: ['faketime'],
  run: (site) =>
    withTopology(site, async (context) => {
      const operator = await createOperator(context);
      const cases = [];
      for (const { name, service, seconds, blocksWrites = false } of skews) {
        const running = context.topology.of(service);
        const fault = {
          name,
          // The restart itself is the drills `gateway` and `subgraph`.
          countsFromEnd: true,
          blocksWrites,
          async begin() {
            await running.restart(fakeTime(seconds));
            await running.healthy(healthyMs);
          },
          async end(ledger: Ledger) {
            if (Math.abs(seconds) > clockToleranceSeconds) await ledger.refuse(refusals, refusalsMs);
            await running.restart(realTime);
            await running.healthy(healthyMs);
          },
        };
        cases.push(await runFault(operator, fault, context));
      }
      return cases;
    }),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ name, firstAckMs, recoveryMs = 0, clientCodes, withoutRetryAfter = 0 }) => [
      ...(isBlocking(name)
        ? [atMost(`${name}.recovery`, recoveryMs / 1_000, 20, 's')]
        : [atMost(`${name}.firstAck`, firstAckMs / 1_000, 10, 's')]),
      atMost(`${name}.unauthenticated`, clientCodes['UNAUTHENTICATED'] ?? 0, 0, 'requests'),
      atMost(`${name}.withoutRetryAfter`, withoutRetryAfter, 0, 'responses'),
    ]),
    ...cases
      .filter(({ name }) => name === 'within-tolerance')
      .map((one) => atMost(`${one.name}.refused`, refusedRequests(one), 0, 'requests')),
  ],
};

const isBlocking = (name: string): boolean => skews.some((skew) => skew.name === name && skew.blocksWrites);

const realTime = { LD_PRELOAD: undefined, FAKETIME: undefined, FAKETIME_DONT_FAKE_MONOTONIC: undefined };

/** Settings with which a process reads another time than the machine has. Its timers run as usual. */
function fakeTime(seconds: number): NodeJS.ProcessEnv {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
  if (!library) throw new MissingPrograms(['faketime']);
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds > 0 ? '+' : ''}${seconds}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
