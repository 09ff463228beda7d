import { statfs } from 'node:fs/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { z } from 'zod';
import { findKeyFault, type StoredKeyCheck } from '#shared/database/key-check.ts';
import { keyCheckMigration } from '#shared/database/key-check-migration.ts';
import { errorCode, errorMessage } from '#shared/errors/error-code.ts';
import { createFieldCipher, type FieldCipher } from '#shared/identity/field-cipher.ts';
import { FIELD_KEYS } from '#shared/identity/field-keys.ts';
import { BLIND_INDEX_KEY } from '#shared/identity/key-settings.ts';
import { parseEnvironment } from '#shared/runtime/config.ts';
import { urlWithoutCredentials } from '#shared/runtime/secrets.ts';
import { allTables } from '../all-subgraphs.ts';
import { readReleased, releaseNow } from '../migrations/released.ts';
import { type Check, requireNone } from './check.ts';
import { Fault, NotChecked } from './fault.ts';
import { refusalOf } from './refusal.ts';
import { readFigure, type Site, settingOfService } from './site.ts';

const connectMs = 5_000;

/** Runs a statement as the role of a subgraph. */
async function ask<R extends pg.QueryResultRow>(site: Site, subgraph: string, text: string): Promise<readonly R[]> {
  const connectionString = settingOfService(site, subgraph, 'SUBGRAPH_DATABASE_URL');
  const setting = `${subgraph.toUpperCase()}_DATABASE_URL`;
  if (!URL.canParse(connectionString)) throw new NotChecked(`${setting} is no URL, as environment says.`);
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: connectMs, query_timeout: connectMs });
  client.on('error', () => undefined); // a lost connection fails the statement
  try {
    await client.connect();
    return (await client.query<R>(text)).rows;
  } catch (error) {
    throw refusalOf(error, setting, connectionString);
  } finally {
    await client.end().catch(() => undefined); // it may never have connected
  }
}

export const databaseCheck: Check = {
  name: 'database',
  advice: 'Run `npm run migrate` of the last release, and restore the keys of this installation.',
  async run(site) {
    const { version, migrations: released } = readReleased(site.project);
    const { migrations: own } = releaseNow(version);
    const faults: string[] = [];
    const cipher = cipherOf(site);
    let waiting = 0;
    for (const { name } of allTables) {
      const rows = await ask<{ name: string }>(site, name, `select name from ${pg.escapeIdentifier(name)}.migrations`);
      const done = new Set(rows.map((row) => row.name));
      const missing = (released[name] ?? []).filter((one) => !done.has(one));
      if (missing.length > 0) faults.push(`${name}: migrations of ${version} have not run: ${missing.join(', ')}.`);
      if (done.has(keyCheckMigration.name)) faults.push(...(await findKeyFaults(site, name, cipher)));
      waiting += (own[name] ?? []).filter((one) => !done.has(one)).length;
    }
    requireNone(faults);
    return `Every role connects, and the keys are those of its rows. ${waiting} migrations are left for the release.`;
  },
};

const secrets = z.object({ FIELD_KEYS: FIELD_KEYS.unwrap(), BLIND_INDEX_KEY: BLIND_INDEX_KEY.unwrap() });

function cipherOf({ variables }: Site): FieldCipher {
  const { FIELD_KEYS: fieldKeys, BLIND_INDEX_KEY: blindIndexKeys } = parseEnvironment(secrets, variables);
  return createFieldCipher({ fieldKeys, blindIndexKeys });
}

/** Rows are found and opened only with the keys with which they were written. Subgraphs without personal data note no keys. */
async function findKeyFaults(site: Site, subgraph: string, cipher: FieldCipher): Promise<readonly string[]> {
  const text = `select blind_index as "blindIndex", sealed from ${pg.escapeIdentifier(subgraph)}.key_check`;
  const rows = await ask<StoredKeyCheck>(site, subgraph, text);
  return rows.flatMap((stored) => findKeyFault(cipher, stored, subgraph) ?? []);
}

const backupHours = 26;

export const backupCheck: Check = {
  name: 'backup',
  advice: 'Make a backup before the release: docs/runbooks/backup-late.md.',
  async run(site) {
    const seconds = await readFigure(site, 'time() - max(freight_backup_last_success_timestamp_seconds)');
    if (seconds === undefined) throw new Error('Prometheus knows of no backup.');
    const hours = seconds / 3_600;
    if (hours > backupHours)
      throw new Error(`The last backup is ${hours.toFixed(1)} h old; at most ${backupHours} h are allowed.`);
    return `The last backup is ${hours.toFixed(1)} h old.`;
  },
};

export const redisCheck: Check = {
  name: 'redis',
  advice: 'Start Redis, or look at its log: docs/runbooks/redis-down.md.',
  async run(site) {
    const url = settingOfService(site, 'gateway-1', 'REDIS_URL');
    const redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: connectMs,
      commandTimeout: connectMs, // a frozen server still accepts connections
      // Both are commands of ioredis before ours, so that a frozen server would be waited for twice.
      enableReadyCheck: false,
      disableClientInfo: true,
      retryStrategy: null,
    });
    redis.on('error', () => undefined); // connect() rejects with it
    try {
      await redis.connect();
      const info = await redis.info();
      const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim();
      if (field('loading') !== '0') throw new Error('Redis still loads its data.');
      if (field('role') !== 'master') throw new Error('Redis is a replica.');
      if (field('aof_last_write_status') !== 'ok') throw new Error('Redis cannot write its log.');
      return `Redis ${field('redis_version')} responds.`;
    } catch (error) {
      throw new Error(`${urlWithoutCredentials(url)} cannot be used: ${errorMessage(error)}`, { cause: error });
    } finally {
      redis.disconnect();
    }
  },
};

const leastGibibytes = 5;

export const diskCheck: Check = {
  name: 'disk',
  advice: 'Make room on the disk of the data: docs/runbooks/disk-full.md.',
  async run({ disk }) {
    const { bavail, bsize } = await statfs(disk).catch((error: unknown) => {
      throw new Fault(
        `--disk: ${disk} cannot be read (${errorCode(error)}).`,
        'Name a folder on the disk of the data.',
      );
    });
    const free = (bavail * bsize) / 2 ** 30;
    if (free < leastGibibytes)
      throw new Error(`${disk} has ${free.toFixed(1)} GiB free. It needs ${leastGibibytes} GiB or more.`);
    return `${free.toFixed(0)} GiB are free.`;
  },
};

const mostClockSeconds = 5;

export const clockCheck: Check = {
  name: 'clock',
  advice: 'Synchronize the clocks of the hosts, for example with chrony.',
  async run(site) {
    const before = site.now();
    const text = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now';
    const [row] = await ask<{ now: number }>(site, 'access', text).catch((error: unknown) => {
      throw error instanceof Fault ? new NotChecked('database names why it cannot be read.') : error;
    });
    const middle = (before + site.now()) / 2;
    const seconds = Math.abs((row?.now ?? 0) - middle) / 1_000;
    if (seconds > mostClockSeconds)
      throw new Error(`The clock of this host and that of the database differ by ${seconds.toFixed(0)} s.`);
    return `The clocks differ by ${seconds.toFixed(1)} s.`;
  },
};
