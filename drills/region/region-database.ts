import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DrillSite } from '../drill.ts';
import type { Machine } from '../failover/machine.ts';
import { postgresPrograms } from '../topology/debian.ts';
import { RunningService } from '../topology/running-service.ts';

const healthyMs = 60_000;

/** The database of a region, on the machine of that region. */
export class RegionDatabase implements AsyncDisposable {
  readonly name: string;
  readonly machine: Machine;
  readonly #folder: string;
  readonly #site: DrillSite;
  readonly #services = new Map<'postgres' | 'guard', RunningService>();

  constructor(name: string, machine: Machine, site: DrillSite, folder: string) {
    this.name = name;
    this.machine = machine;
    this.#site = site;
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** How libpq connects. */
  conninfo(address = this.machine.address, port = 5432): string {
    return `host=${address} port=${port} user=postgres dbname=postgres application_name=${this.name}`;
  }

  url(address = this.machine.address, port = 5432): string {
    return `postgres://postgres@${address}:${port}/postgres`;
  }

  /** Resolves when the server accepts connections. @param primary how it reaches the primary; absent = it is the primary */
  async start(primary?: string): Promise<void> {
    const files = join(this.#folder, 'cluster');
    const create = primary
      ? `pg_basebackup -D ${files} -R -X stream -c fast --no-sync -d '${primary}'`
      : `initdb -D ${files} -U postgres -A trust --no-sync > /dev/null && echo 'host all,replication all all trust' >> ${files}/pg_hba.conf`;
    const configuration = join(this.#site.project, 'infra/postgres/postgresql.conf');
    const settings = `-c config_file=${configuration} -c listen_addresses='*' -c unix_socket_directories=${this.#folder} -c archive_mode=off -c fsync=off -c shared_buffers=64MB`;
    await this.#run(
      'postgres',
      ['set -euo pipefail', `[ -s ${files}/PG_VERSION ] || { ${create}; }`, `exec postgres -D ${files} ${settings}`],
      { kind: 'port', host: this.machine.address, port: 5432 },
    );
  }

  /** A former primary follows another server by a new copy. Its former files stay, because they may have writes that nobody else has. */
  async follow(primary: string): Promise<void> {
    await this.#services.get('guard')?.[Symbol.asyncDispose]();
    const server = this.#services.get('postgres');
    await server?.stop('SIGINT'); // without waiting for clients
    await server?.[Symbol.asyncDispose]();
    renameSync(join(this.#folder, 'cluster'), join(this.#folder, 'former'));
    await this.start(primary);
  }

  /** Starts what keeps a former primary from writing. */
  async guard(needed: number): Promise<void> {
    await this.#run('guard', [`exec bash ${join(this.#site.project, 'infra/postgres/guard-primary.sh')} ${needed}`]);
  }

  async #run(
    name: 'postgres' | 'guard',
    lines: readonly string[],
    health?: { kind: 'port'; host: string; port: number },
  ): Promise<void> {
    const script = join(this.#folder, `${name}.sh`);
    writeFileSync(script, `${lines.join('\n')}\n`);
    const environment = {
      PATH: `${postgresPrograms()}:${process.env['PATH']}`,
      PGHOST: this.#folder,
      PGUSER: 'postgres',
    };
    const program = this.machine.here({
      file: 'bash',
      args: [script],
      environment,
      isUnprivileged: true,
      health: health ?? { kind: 'exit' },
    });
    const logFile = join(this.#folder, `${name}.log`);
    const service = new RunningService(`${name} of ${this.name}`, program, { logFile, restarts: false });
    this.#services.set(name, service);
    if (health) await service.healthy(healthyMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#services.values()) {
      await service.stop('SIGKILL'); // in order, a server would wait for standbys that were cut off
      await service[Symbol.asyncDispose]();
    }
  }
}
