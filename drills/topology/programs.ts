import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComposeService } from './compose-file.ts';
import { postgresPrograms } from './debian.ts';
import { type Health, healthOf } from './health.ts';
import { mountVolumes, type Translate } from './paths.ts';
import { environmentOf, type Places } from './places.ts';

/** A program of this machine that does what the container of a service does. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** True for PostgreSQL, which refuses to run as root. */
  readonly isUnprivileged?: boolean;
  readonly health: Health;
}

/** What to start, and how. */
type Started = Omit<Program, 'health'>;

interface Given {
  readonly name: string;
  readonly service: ComposeService;
  readonly places: Places;
  readonly address: string;
  readonly translate: Translate;
}

/** The programs by the name of the image, without registry and version. */
const programs: Readonly<Record<string, (given: Given) => Started>> = {
  'infamous-freight': runProduct,
  postgres: runScript,
  'infamous-freight-postgres': runPostgres,
  redis: runRedis,
  haproxy: runHaproxy,
  'prom/prometheus': runPrometheus,
  'prom/alertmanager': runAlertmanager,
  'quay.io/prometheus/node-exporter': runNodeExporter,
  'quay.io/prometheuscommunity/postgres-exporter': runPostgresExporter,
  'oliver006/redis_exporter': runRedisExporter,
};

const socketFolder = '/var/run/postgresql';

const imageName = ({ image }: ComposeService): string => image.split(':')[0] ?? image;

/** @returns undefined for a service without a counterpart among Debian's packages */
export function programOf(name: string, service: ComposeService, places: Places): Program | undefined {
  const address = places.addresses.get(name);
  const create = programs[imageName(service)];
  if (!create || !address) return undefined;
  const translate = mountVolumes(name, service, places);
  return { ...create({ name, service, places, address, translate }), health: healthOf(service, address, translate) };
}

function runProduct({ name, service, places }: Given): Started {
  return {
    file: 'node',
    args: service.command.map((part) => (part.endsWith('.ts') ? join(places.app, part) : part)),
    environment: environmentOf(name, service, places),
  };
}

function runPostgres({ name, service, places, address, translate }: Given): Started {
  const environment = {
    ...Object.fromEntries(Object.entries(service.environment).map(([key, value]) => [key, translate(value)])),
    PATH: `${postgresPrograms()}:${process.env['PATH']}`,
  };
  if (service.entrypoint) {
    const [file = 'sh', ...args] = service.entrypoint.map(translate);
    return { file, args, environment, isUnprivileged: true };
  }
  const script = join(places.data, 'services', name, 'start.sh');
  writeFileSync(script, postgresScript(service, address, translate));
  return { file: 'bash', args: [script], environment, isUnprivileged: true };
}

/** What the entry point of the image does: creates the cluster, runs the scripts of its folder, and starts the server. */
function postgresScript(service: ComposeService, address: string, translate: Translate): string {
  const sockets = mounts(service, socketFolder) ? translate(socketFolder) : '';
  const flags = `-c listen_addresses=${address} -c unix_socket_directories='${sockets}'`;
  const standby = service.command.find((part) => part.endsWith('.sh'));
  if (standby)
    return translate(readFileSync(translate(standby), 'utf8'))
      .replaceAll('gosu postgres ', '')
      .replace(' -o postgres -g postgres', '')
      .replace(/^exec .*$/m, (line) => `${line} ${flags}`);
  const scripts = service.volumes
    .map((volume) => volume.split(':')[1] ?? '')
    .filter((target) => target.startsWith('/docker-entrypoint-initdb.d/'));
  return [
    'set -euo pipefail',
    'if [ ! -s "$PGDATA/PG_VERSION" ]; then',
    '  initdb --username postgres --pwfile <(echo "$POSTGRES_PASSWORD") --auth-host scram-sha-256 --auth-local trust $POSTGRES_INITDB_ARGS > /dev/null',
    '  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"',
    `  pg_ctl -w -o "-c listen_addresses='' -c unix_socket_directories=$PGDATA -c wal_level=replica" start > /dev/null`,
    '  export PGHOST=$PGDATA',
    ...scripts.map((script) => `  bash ${translate(script)}`),
    '  unset PGHOST; pg_ctl -w stop > /dev/null',
    'fi',
    `exec ${service.command.map(translate).join(' ')} -D "$PGDATA" ${flags}`,
    '',
  ].join('\n');
}

const mounts = ({ volumes }: ComposeService, target: string): boolean =>
  volumes.some((volume) => volume.split(':')[1] === target);

function runScript({ service: { entrypoint = [], environment }, translate }: Given): Started {
  const [file = 'sh', ...args] = entrypoint.map(translate);
  return { file, args, environment };
}

/** The image has no protected mode, which refuses clients of other machines. */
function runRedis({ service, address, translate }: Given): Started {
  const [file = '', ...args] = service.command.map(translate);
  return {
    file,
    args: [...args, '--protected-mode', 'no', '--bind', address, '--dir', translate('/data')],
    environment: {},
  };
}

/** Docker's name server does not exist here, and a process of this machine may open fewer files than a container. */
function runHaproxy({ service, translate }: Given): Started {
  const file = translate(service.volumes[0]?.split(':')[1] ?? '');
  const text = readFileSync(file, 'utf8')
    .replaceAll(' resolvers docker', '')
    .replace(/^resolvers docker\n(?: .*\n)*/m, '')
    .replace(/maxconn \d+/, 'maxconn 8000');
  writeFileSync(file, text);
  return {
    file: 'haproxy',
    args: ['-db', '-f', file],
    // Its ports are those of the container.
    environment: { ...service.environment, HTTPS_PORT: '8443' },
  };
}

function runPrometheus({ service, address, translate }: Given): Started {
  const args = [...service.command.map(translate), `--web.listen-address=${address}:9090`];
  return {
    file: 'prometheus',
    args,
    environment: {},
  };
}

function runAlertmanager({ service, address, translate }: Given): Started {
  const args = [...service.command.map(translate), `--web.listen-address=${address}:9093`, '--cluster.listen-address='];
  return {
    file: 'prometheus-alertmanager',
    args,
    environment: {},
  };
}

function runNodeExporter({ service, address, translate }: Given): Started {
  return {
    file: 'prometheus-node-exporter',
    args: [...service.command.map(translate), `--web.listen-address=${address}:9100`].filter(
      (part) => !part.endsWith('=:9100'),
    ),
    environment: {},
  };
}

/** Debian's version is older, and has the collectors of the flags under no name. */
function runPostgresExporter({ service, address }: Given): Started {
  return {
    file: 'prometheus-postgres-exporter',
    args: [`--web.listen-address=${address}:9187`],
    environment: service.environment,
  };
}

function runRedisExporter({ service, address }: Given): Started {
  return {
    file: 'prometheus-redis-exporter',
    args: [`-web.listen-address=${address}:9121`],
    environment: service.environment,
  };
}
