import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../finding.ts';
import { type Composition, servicesOf } from './composition.ts';

const path = 'infra/redis/redis.conf';

/** Streams and budgets outlive a restart of Redis, and nothing is evicted: Redis refuses writes before its container runs out of memory. */
export function checkRedis(composition: Composition): readonly Finding[] {
  const text = readFileSync(join(composition.project, path), 'utf8');
  const settings = new Map([...text.matchAll(/^(\S+) (.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
  const [, redis] = servicesOf(composition).find(([, { image }]) => image.startsWith('redis:')) ?? [];
  const wanted = { appendonly: 'yes', appendfsync: 'everysec', 'maxmemory-policy': 'noeviction' };
  const faults = Object.entries(wanted)
    .filter(([name, value]) => settings.get(name) !== value)
    .map(([at, value]) => ({ at, says: `use ${value} instead of ${settings.get(at) ?? 'nothing'}` }));
  const limit = megabytesOf(redis?.mem_limit);
  const most = megabytesOf(settings.get('maxmemory'));
  // The rest is for replication, clients and the copy that rewrites the file.
  const isWithin = most <= limit * 0.8;
  return [
    ...faults,
    ...(isWithin
      ? []
      : [{ at: 'maxmemory', says: `use at most 80 % of the ${limit} MB of its container instead of ${most} MB` }]),
  ].map((fault) => ({ file: path, ...fault }));
}

/** @returns NaN for another form */
const megabytesOf = (text = ''): number => Number(/^(\d+)mb?$/.exec(text)?.[1]);
