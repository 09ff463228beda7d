import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../../runtime/config.ts';
import { findReason, type Program, type Programs, runProgram } from './programs.ts';

/** Settings for one machine without replicas: a small write-ahead log, enough memory for the demo, and no JIT compilation. */
const settings = [
  'max_connections=200',
  'shared_buffers=256MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=2GB',
  'jit=off',
];

export interface LaunchOptions {
  readonly programs: Programs;
  readonly cluster: string;
  readonly port: number;
  /** Further command line flags for `postgres`. */
  readonly flags: readonly string[];
  /** Called with the server process as soon as it exists. */
  readonly started: (program: Program) => void;
}

/** The sessions of a killed server end with a delay and use its memory until then. */
const memoryInUse = /pre-existing shared memory block/;
const retries = 50;

/** Starts the server and resolves when it accepts connections. @throws ConfigurationError with the reason from the output of PostgreSQL */
export async function launch(options: LaunchOptions): Promise<void> {
  const { programs, cluster, port, flags, started } = options;
  for (let attempt = 1; ; attempt++) {
    const server = runProgram(programs, programs.postgres, [
      '-D',
      cluster,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      ...settings.flatMap((setting) => ['-c', setting]),
      ...flags,
    ]);
    started(server);
    if (await acceptsConnections(server)) return;
    if (!memoryInUse.test(server.output()) || attempt === retries)
      throw new ConfigurationError(`DATA_DIR: PostgreSQL did not start on ${cluster}: ${findReason(server.output())}`);
    await sleep(200);
  }
}

/** Resolves with false if the server ends first. */
function acceptsConnections({ ended, output, onOutput }: Program): Promise<boolean> {
  const ready = new Promise<boolean>((resolve) => {
    onOutput(() => {
      if (output().includes('ready to accept connections')) resolve(true);
    });
  });
  return Promise.race([ready, ended.then(() => false)]);
}
