import { basename } from 'node:path';
import { Cluster, ScheduledBackup } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, type Manifests, ofKind } from '../kubernetes-object.ts';
import { type Database, databasesOf } from '../network/databases.ts';
import { trialOverlays } from '../overlays.ts';
import { objectStore } from '../own-schemas.ts';
import { readQuantity } from '../quantity.ts';

const plugin = 'barman-cloud.cloudnative-pg.io';

/** The database loses nothing that it acknowledged (decision 0029), archives its log, and names objects that exist. */
export function* checkDatabase({ folder, objects }: Manifests): Iterable<Fault> {
  for (const object of ofKind(objects, Cluster)) for (const says of checkDurability(object)) yield { object, says };
  for (const database of databasesOf(objects))
    for (const says of [...checkResources(database), ...checkReferences(database, objects)])
      yield { object: database.object, says };
  if (trialOverlays.includes(basename(folder))) return;
  for (const object of ofKind(objects, Cluster))
    for (const says of checkBackups(object, objects)) yield { object, says };
  for (const object of ofKind(objects, ScheduledBackup))
    for (const says of checkSchedule(object.spec)) yield { object, says };
}

type Spec = Database['spec'];

function* checkDurability({ spec }: { readonly spec: Spec }): Iterable<string> {
  const { synchronous } = spec.postgresql ?? {};
  if (spec.instances < 3) yield `use 3 or more instances instead of ${spec.instances}`;
  if (!synchronous || synchronous.number < 1) yield 'a synchronous standby is required';
  if (synchronous?.dataDurability !== 'required') yield 'dataDurability: required is required';
  if (synchronous?.failoverQuorum !== true) yield 'failoverQuorum: true is required';
}

function* checkResources({ spec }: Database): Iterable<string> {
  for (const kind of ['cpu', 'memory'] as const) {
    const request = spec.resources?.requests?.[kind];
    const limit = spec.resources?.limits?.[kind];
    if (request === undefined || limit === undefined) yield `a request and a limit of ${kind} are required`;
    else if (readQuantity(request) > readQuantity(limit))
      yield `the request of ${kind}, ${request}, is above the limit, ${limit}`;
  }
}

function* checkReferences({ spec }: Database, objects: readonly KubernetesObject[]): Iterable<string> {
  const stores = objects.flatMap((object) => objectStore.safeParse(object).data?.metadata.name ?? []);
  const origins = (spec.externalClusters ?? []).flatMap((one) => one.plugin?.parameters?.['barmanObjectName'] ?? []);
  const targets = (spec.plugins ?? []).map(({ parameters }) => parameters?.['barmanObjectName']);
  for (const name of [...origins, ...targets])
    if (!stores.some((store) => store === name)) yield `no ObjectStore ${name} exists`;
  const { recovery, pg_basebackup: copy } = spec.bootstrap ?? {};
  for (const source of [recovery?.source, copy?.source, spec.replica?.source])
    if (source !== undefined && !spec.externalClusters?.some(({ name }) => name === source))
      yield `externalClusters has no ${source}`;
  for (const { name, key } of spec.monitoring?.customQueriesConfigMap ?? [])
    if (!ofKind(objects, ConfigMap).some(({ metadata, data }) => metadata.name === name && data?.[key] !== undefined))
      yield `no ConfigMap ${name} with the key ${key} exists`;
}

function* checkBackups(
  { metadata: { name }, spec }: KubernetesObject & { readonly spec: Spec },
  objects: readonly KubernetesObject[],
): Iterable<string> {
  if (!spec.plugins?.some((one) => one.name === plugin && one.isWALArchiver && one.enabled !== false))
    yield `the plugin ${plugin} with isWALArchiver: true is required`;
  if (!ofKind(objects, ScheduledBackup).some((one) => one.spec.cluster.name === name))
    yield 'a ScheduledBackup is required';
}

type Schedule = InstanceType<typeof ScheduledBackup>['spec'];

/** CloudNativePG has six fields, with seconds first. */
function* checkSchedule({ schedule, suspend, method, pluginConfiguration }: Schedule): Iterable<string> {
  if (!/^\d+ \d+ \d+ \* \* \*$/.test(schedule))
    yield `use a time of every day, such as 0 0 2 * * *, instead of ${schedule}`;
  if (suspend) yield 'it must not be suspended';
  if (method !== 'plugin' || pluginConfiguration?.name !== plugin) yield `the plugin ${plugin} is required`;
}
