import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { orExit } from '#shared/runtime/exit.ts';
import { writeGivenJson } from '#shared/runtime/given-files.ts';
import { startGatewayProcess } from '../../gateway/testing/gateway-process.ts';
import { type LiveGraph, startLiveGraph } from '../../gateway/testing/live-graph.ts';
import { writeSupergraph } from '../../gateway/testing/supergraph-file.ts';
import { Crowd } from './crowd.ts';

/** Measures what delivering events costs the gateway, with and without shared subscriptions. */
const { values } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:live --',
    does: 'Measures what delivering events to many subscribers costs the gateway. See bench/live/README.md.',
    options: {
      subscribers: { type: 'string', value: 'NUMBER', default: '1000', help: 'websockets of one crowd (1000)' },
      events: { type: 'string', value: 'NUMBER', default: '200', help: 'events that each gets (200)' },
      json: { type: 'string', value: 'FILE', writes: 'file', help: 'also writes the figures there' },
    },
  }),
);
const subscribers = orExit(() => wholeNumber('subscribers', values.subscribers, 1, 100_000));
const events = orExit(() => wholeNumber('events', values.events, 1, 100_000));

interface Case {
  readonly name: string;
  readonly idsOf: (subscriber: number) => readonly string[];
  readonly upstream: number;
}

/** All watch vehicle 7. A further id makes the subscription a different one that receives the same events. */
const cases: readonly Case[] = [
  { name: 'equal', idsOf: () => ['7'], upstream: 1 },
  { name: 'ten kinds', idsOf: (subscriber) => ['7', `other-${subscriber % 10}`], upstream: 10 },
  { name: 'all different', idsOf: (subscriber) => ['7', `other-${subscriber}`], upstream: subscribers },
];

async function run({ name, idsOf, upstream }: Case): Promise<object> {
  const graph: LiveGraph = await startLiveGraph();
  using supergraph = writeSupergraph(graph.supergraphSdl);
  const gateway = await startGatewayProcess(supergraph.path);
  const crowd = new Crowd(`${gateway.url.replace('http', 'ws')}/graphql`);
  try {
    await crowd.join(subscribers, idsOf);
    await graph.subscribed(upstream);
    await deliver(graph, crowd, 20, 0); // compiled and warm
    const before = await gateway.measure();
    const enrichments = graph.counts.enrichments;
    const startedAt = performance.now();
    await deliver(graph, crowd, events, 20);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await gateway.measure();
    const microseconds = ((after.cpuMs.before - before.cpuMs.after) * 1000) / (events * subscribers);
    console.log(
      [
        name.padEnd(14),
        `${graph.counts.subscriptions} upstream`.padEnd(16),
        `${((graph.counts.enrichments - enrichments) / events).toFixed(1)} enrichments per event`.padEnd(32),
        `${microseconds.toFixed(1)} µs CPU per delivered message`.padEnd(40),
        `${Math.round((events * subscribers) / seconds)} messages/s`.padEnd(20),
        `resident ${after.residentMB} MB`,
      ].join(''),
    );
    return { name, subscribers, messageMicroseconds: microseconds, residentMegabytes: after.residentMB };
  } finally {
    crowd.leave();
    await gateway.stop();
    await graph.close();
  }
}

/** Sends each event after all clients have received the previous one, so that none is dropped. */
async function deliver(graph: LiveGraph, crowd: Crowd, count: number, first: number): Promise<void> {
  for (let event = 0; event < count; event++) {
    const arrived = crowd.all(first + event);
    await graph.move('7', first + event);
    await arrived;
  }
}

const figures: object[] = [];
for (const each of cases) figures.push(await run(each));
if (values.json) writeGivenJson('--json', values.json, { bench: 'live', cases: figures });
