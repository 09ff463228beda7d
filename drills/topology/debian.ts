import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';

/** Debian's packages by the program that shows whether they are installed. */
const packagesOf = {
  initdb: ['postgresql'],
  'redis-server': ['redis-server'],
  haproxy: ['haproxy'],
  prometheus: ['prometheus'],
  'prometheus-alertmanager': ['prometheus-alertmanager'],
  pgbackrest: ['pgbackrest'],
  'prometheus-node-exporter': ['prometheus-node-exporter'],
  'prometheus-postgres-exporter': ['prometheus-postgres-exporter'],
  'prometheus-redis-exporter': ['prometheus-redis-exporter'],
  ip: ['iproute2'],
  faketime: ['faketime'],
  patroni: ['patroni', 'python3-etcd'],
  etcd: ['etcd-server'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type DebianProgram = keyof typeof packagesOf;
const all = Object.keys(packagesOf) as DebianProgram[]; // what the table has

/** The programs of `npm run topology`. */
const basic: readonly DebianProgram[] = [
  'initdb',
  'redis-server',
  'haproxy',
  'prometheus',
  'prometheus-alertmanager',
  'pgbackrest',
  'prometheus-node-exporter',
  'prometheus-postgres-exporter',
  'prometheus-redis-exporter',
  'ip',
];

/** Programs of Debian are missing. The message has the line that installs them. */
export class MissingPrograms extends ConfigurationError {
  override name = 'MissingPrograms';

  constructor(programs: readonly DebianProgram[]) {
    super(`Programs of Debian are missing: ${programs.join(', ')}. Run: apt-get ${installing(programs).join(' ')}`);
  }
}

const installing = (programs: readonly DebianProgram[]): string[] => [
  ...['install', '-y', '--no-install-recommends'],
  ...programs.flatMap((program) => packagesOf[program]),
];

/** Installs what the topology and the drills lack. Runs apt-get, as root. */
export function installPrograms(): void {
  const missing = missingOf(all);
  if (missing.length === 0) return;
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update', '-qq'], options);
  execFileSync('apt-get', installing(missing), options);
}

/** Checks the programs of the topology, and these. @throws MissingPrograms */
export function requirePrograms(more: readonly DebianProgram[] = []): void {
  const missing = missingOf([...new Set([...basic, ...more])]);
  if (missing.length > 0) throw new MissingPrograms(missing);
}

/** @returns the folder with PostgreSQL's programs. @throws MissingPrograms */
export function postgresPrograms(): string {
  const [found] = postgresFolders().filter((folder) => existsSync(join(folder, 'initdb')));
  if (!found) throw new MissingPrograms(['initdb']);
  return found;
}

const postgresFolders = (): readonly string[] => globSync('/usr/lib/postgresql/*/bin');

function missingOf(programs: readonly DebianProgram[]): readonly DebianProgram[] {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', ...postgresFolders()];
  return programs.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
}
