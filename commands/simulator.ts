import { setTimeout as sleep } from 'node:timers/promises';
import { readCommandLine } from '#shared/command-line.ts';
import { ConfigurationError } from '#shared/config.ts';
import { runProcess, type Service } from '#shared/run-process.ts';
import { createGraphClient } from './simulator/graph-client.ts';
import { driveUntilStopped } from './simulator/loop.ts';
import { createSession } from './simulator/session.ts';

export interface SimulatorOptions {
  /** GraphQL address of the gateway. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** An account that may read shipments and report positions; the demo dispatcher by default. */
  readonly email?: string;
  readonly password?: string;
  /** How many times faster than the clock the trucks drive; 1 by default, so that speeds and distances agree. */
  readonly speedup?: number;
  readonly log?: (line: string) => void;
  readonly clock?: () => Date;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Drives the vehicles of open shipments along their lanes and reports their positions through the public graph. Resolves
 * when the signal aborts; a gateway that is away is waited for.
 */
export async function startSimulator({
  url,
  signal,
  email = 'dispatcher@demo.test',
  password = 'freight-demo',
  speedup = 1,
  log = () => {},
  clock = () => new Date(),
  wait = pause,
}: SimulatorOptions): Promise<void> {
  const client = createGraphClient(url, signal);
  const session = createSession(client, { email, password }, clock);
  await driveUntilStopped({ client, session, signal, speedup, log, clock, wait });
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // An abort ends the pause early; that is no error.
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

const command = {
  call: 'node commands/simulator.ts',
  does: 'Drives the vehicles of open shipments along their lanes, against a product that runs, until Ctrl-C.',
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
      help: 'how many times faster than the clock; up to 1000',
    },
  },
} as const;

/** `node commands/simulator.ts`: the simulator in a process of its own. */
async function run({ ending, fail, resources }: Service): Promise<void> {
  const { url, speedup: given, ...credentials } = readCommandLine(command).values;
  const speedup = Number(given);
  if (!(speedup > 0 && speedup <= 1_000))
    throw new ConfigurationError(`--speedup: a number above 0, up to 1000, is required; got ${given}`);
  if (!URL.canParse(url)) throw new ConfigurationError(`--url: a URL is required; got ${url}`);
  const simulation = startSimulator({ url, speedup, ...credentials, signal: ending, log: console.log }).catch(fail);
  resources.defer(() => simulation);
}

if (import.meta.main) await runProcess(run);
