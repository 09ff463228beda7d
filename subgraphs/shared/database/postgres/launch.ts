import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../../runtime/config.ts';
import { type Program, type Programs, reasonIn, runProgram } from './programs.ts';

/** For one machine without replicas: less write-ahead log, memory enough for the demo, no compilation of short queries. */
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
  /** More flags of `postgres`. */
  readonly flags: readonly string[];
  /** Told of the server as soon as it is our child. */
  readonly started: (program: Program) => void;
}

/** Sessions of a server that was killed end when they notice it; until then its memory is in use. */
const memoryInUse = /pre-existing shared memory block/;
const retries = 50;

/** Starts the server and resolves when it accepts connections. @throws ConfigurationError with the reason that PostgreSQL gives */
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
      throw new ConfigurationError(`DATA_DIR: PostgreSQL did not start on ${cluster}: ${reasonIn(server.output())}`);
    await sleep(200);
  }
}

/** False when the server ended instead. */
function acceptsConnections({ ended, output, onOutput }: Program): Promise<boolean> {
  const ready = new Promise<boolean>((resolve) => {
    onOutput(() => {
      if (output().includes('ready to accept connections')) resolve(true);
    });
  });
  return Promise.race([ready, ended.then(() => false)]);
}
