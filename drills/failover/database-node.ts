import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresPrograms } from '../topology/debian.ts';
import type { Program } from '../topology/programs.ts';
import { RunningService } from '../topology/running-service.ts';
import { Machine } from './machine.ts';

export interface NodeOptions {
  readonly project: string;
  readonly data: string;
  readonly passwords: { readonly superuser: string; readonly replication: string };
}

/** A machine with PostgreSQL, Patroni and a member of etcd. */
export class DatabaseNode {
  readonly name: string;
  readonly machine: Machine;
  readonly #folder: string;
  readonly #options: NodeOptions;
  #etcd: RunningService | undefined;
  #patroni: RunningService | undefined;

  private constructor(name: string, machine: Machine, options: NodeOptions) {
    this.name = name;
    this.machine = machine;
    this.#options = options;
    this.#folder = join(options.data, 'nodes', name);
    mkdirSync(this.#folder, { recursive: true });
  }

  static async create(number: number, options: NodeOptions): Promise<DatabaseNode> {
    return new DatabaseNode(`postgres-${number}`, await Machine.create(number), options);
  }

  get address(): string {
    return this.machine.address;
  }

  /** Starts etcd and Patroni, which starts PostgreSQL. @param all the nodes of the cluster */
  start(all: readonly DatabaseNode[]): void {
    this.#etcd = this.#run('etcd', this.#etcdProgram(all));
    this.#patroni = this.#run('patroni', this.#patroniProgram(all));
  }

  /** Starts what `start` has started, after the machine was killed. */
  startAgain(): void {
    this.#etcd?.start();
    this.#patroni?.start();
  }

  #run(service: string, program: Program): RunningService {
    // A node that was killed stays away until the drill starts it.
    const options = { logFile: join(this.#folder, `${service}.log`), restarts: false };
    return new RunningService(`${service} of ${this.name}`, this.machine.here(program), options);
  }

  #etcdProgram(all: readonly DatabaseNode[]): Program {
    const client = `http://${this.address}:2379`;
    const peer = `http://${this.address}:2380`;
    const members = all.map(({ name, address }) => `${name}=http://${address}:2380`).join(',');
    const args = [
      '--enable-v2', // infra/patroni/patroni.yml says why
      ...['--name', this.name, '--data-dir', join(this.#folder, 'etcd'), '--initial-cluster', members],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ];
    return { file: 'etcd', args, environment: {}, health: { kind: 'http', url: `${client}/health` } };
  }

  #patroniProgram(all: readonly DatabaseNode[]): Program {
    const { superuser, replication } = this.#options.passwords;
    return {
      file: 'patroni',
      args: [this.#writeConfiguration()],
      environment: {
        PATRONI_NAME: this.name,
        PATRONI_ETCD_HOSTS: all.map(({ address }) => `'${address}:2379'`).join(','),
        PATRONI_RESTAPI_LISTEN: `${this.address}:8008`,
        PATRONI_RESTAPI_CONNECT_ADDRESS: `${this.address}:8008`,
        PATRONI_POSTGRESQL_LISTEN: `${this.address}:5432`,
        PATRONI_POSTGRESQL_CONNECT_ADDRESS: `${this.address}:5432`,
        PATRONI_POSTGRESQL_DATA_DIR: this.#cluster,
        PATRONI_POSTGRESQL_BIN_DIR: postgresPrograms(),
        PATRONI_POSTGRESQL_PGPASS: join(this.#folder, 'pgpass'),
        PATRONI_SUPERUSER_USERNAME: 'postgres',
        PATRONI_SUPERUSER_PASSWORD: superuser,
        PATRONI_REPLICATION_USERNAME: 'replication',
        PATRONI_REPLICATION_PASSWORD: replication,
        PATRONI_REWIND_USERNAME: 'postgres',
        PATRONI_REWIND_PASSWORD: superuser,
      },
      isUnprivileged: true,
      health: { kind: 'http', url: `http://${this.address}:8008/health` },
    };
  }

  get #cluster(): string {
    return join(this.#folder, 'cluster');
  }

  /** The files of production, with the paths of this machine. */
  #writeConfiguration(): string {
    const settings = join(this.#folder, 'postgresql.conf');
    copyFileSync(join(this.#options.project, 'infra/postgres/postgresql.conf'), settings);
    const file = join(this.#folder, 'patroni.yml');
    const text = readFileSync(join(this.#options.project, 'infra/patroni/patroni.yml'), 'utf8');
    writeFileSync(file, text.replace('/etc/postgresql/postgresql.conf', settings));
    return file;
  }

  /** Copies the files of PostgreSQL. It must not run meanwhile. @returns the folder of the copy */
  copyFiles(): string {
    const copy = join(this.#folder, 'copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(this.#cluster, copy, { recursive: true });
    return copy;
  }

  /** A URL of the superuser that leads to this node, whatever its role. */
  url(database: string): string {
    return `postgres://postgres:${this.#options.passwords.superuser}@${this.address}:5432/${database}`;
  }

  async stop(): Promise<void> {
    this.machine.connect();
    this.machine.signal('SIGCONT');
    await this.#patroni?.[Symbol.asyncDispose]();
    await this.#etcd?.[Symbol.asyncDispose]();
    this.machine.end();
  }
}
