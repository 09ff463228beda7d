import { ConfigMap } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { readQuantity } from '../quantity.ts';
import { workloadsOf } from '../workloads.ts';

const file = 'redis.conf';

/** Redis writes an append-only file, evicts nothing, and its memory ends below the limit of its container. */
export function* checkRedis(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const { pod } of workloadsOf(objects))
    for (const { configMap } of pod.volumes ?? []) {
      const object = ofKind(objects, ConfigMap).find(({ metadata }) => metadata.name === configMap?.name);
      const text = object?.data?.[file];
      if (!object || text === undefined) continue;
      const limit = pod.containers.find(({ name }) => name === 'redis')?.resources?.limits?.['memory'] ?? '0';
      for (const says of checkFile(text, readQuantity(limit))) yield { object, says: `${file}: ${says}` };
    }
}

function* checkFile(text: string, limit: number): Iterable<string> {
  const settings = new Map([...text.matchAll(/^([a-z-]+) +(.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
  for (const [name, value] of [
    ['appendonly', 'yes'],
    ['maxmemory-policy', 'noeviction'],
  ] as const)
    if (settings.get(name) !== value) yield `use ${name} ${value} instead of ${settings.get(name) ?? 'nothing'}`;
  const memory = readMemory(settings.get('maxmemory') ?? '');
  if (!(memory > 0 && memory < limit))
    yield `use a maxmemory below the limit of the container instead of ${settings.get('maxmemory') ?? 'nothing'}`;
}

/** Redis counts in powers of two. */
const units: Readonly<Record<string, number>> = { kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

function readMemory(text: string): number {
  const [, number, unit = ''] = /^(\d+)([kmg]b)$/.exec(text) ?? [];
  return Number(number) * (units[unit] ?? Number.NaN);
}
