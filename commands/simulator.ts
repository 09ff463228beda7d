import { readCommandLine } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { runProcess, type Service } from '#shared/runtime/run-process.ts';
import { startSimulator } from '../demo/simulator/start-simulator.ts';

const command = {
  call: 'node commands/simulator.ts',
  does: 'Drives the vehicles of open shipments along their lanes, against a running product, until Ctrl-C.',
  options: {
    url: {
      type: 'string',
      value: 'URL',
      default: 'http://127.0.0.1:4000/graphql',
      help: 'GraphQL address of the gateway',
    },
    email: {
      type: 'string',
      value: 'EMAIL',
      help: 'account that reads shipments and reports positions; the demo dispatcher',
    },
    password: { type: 'string', value: 'PASSWORD', help: 'its password' },
    speedup: {
      type: 'string',
      value: 'NUMBER',
      default: '1',
      help: 'how many times faster than the clock; up to 2.5',
    },
  },
} as const;

/** Tracking takes faster trucks for faults of their receivers. */
const maxSpeedup = 2.5;

/** `node commands/simulator.ts`: the simulator in its own process. */
async function run({ ending, fail, resources }: Service): Promise<void> {
  const { url, speedup: given, ...credentials } = readCommandLine(command).values;
  const speedup = Number(given);
  if (!(speedup > 0 && speedup <= maxSpeedup)) throw needs('--speedup', `a number above 0, up to ${maxSpeedup}`, given);
  if (!URL.canParse(url)) throw needs('--url', 'a URL', url);
  const simulation = startSimulator({ url, speedup, ...credentials, signal: ending, log: console.log }).catch(fail);
  resources.defer(() => simulation);
}

await runProcess(run);
