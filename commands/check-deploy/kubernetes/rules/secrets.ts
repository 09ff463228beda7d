import { ExternalSecret, type IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import {
  AlertmanagerConfig,
  type IAlertmanagerConfig,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1';
import { Secret } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { type Database, databasesOf } from '../network/databases.ts';
import { securityPolicy } from '../own-schemas.ts';
import { containersOf, type Workload, workloadsOf } from '../workloads.ts';

/** A key of a Secret that an object reads. Without a key it reads all of them. */
interface Use {
  readonly object: KubernetesObject;
  readonly secret: string;
  readonly key?: string;
}

/** Each Secret comes from the store, where it has an entry of its own; what is read exists, and what exists is read. */
export function* checkSecrets(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const object of ofKind(objects, Secret)) yield { object, says: 'values of secrets do not belong in a file' };
  // Without External Secrets, operators create the Secrets.
  if (ofKind(objects, ExternalSecret).length === 0) return;
  const uses = usesOf(objects);
  yield* checkUses(uses, objects);
  const entries = new Map<string, string>();
  for (const object of ofKind(objects, ExternalSecret)) {
    const { name } = object.metadata;
    for (const says of [...checkSource(object, objects), ...checkReaders(object, uses)]) yield { object, says };
    for (const entry of new Set(object.spec?.data?.map(({ remoteRef }) => remoteRef.key))) {
      const other = entries.get(entry);
      if (other !== undefined) yield { object, says: `the entry ${entry} belongs to ${other}` };
      entries.set(entry, name);
    }
  }
}

type External = KubernetesObject & IExternalSecret;

/** The entry `freight/NAME` of the store, or one with the first part of the name; the property has the name of the key. */
function* checkSource({ metadata, spec }: External, objects: readonly KubernetesObject[]): Iterable<string> {
  const { name } = metadata;
  if (spec?.target?.name !== name) yield `target.name: ${name} is required`;
  const { kind, name: store } = spec?.secretStoreRef ?? {};
  if (!objects.some((one) => one.kind === kind && one.metadata.name === store)) yield `no ${kind} ${store} exists`;
  for (const { secretKey, remoteRef } of spec?.data ?? []) {
    if (remoteRef.property !== secretKey)
      yield `${secretKey}: use the property ${secretKey} instead of ${remoteRef.property}`;
    const owner = remoteRef.key.replace(/^freight\//, '');
    if (owner === remoteRef.key || (owner !== name && !name.startsWith(`${owner}-`)))
      yield `${secretKey}: use the entry freight/${name} instead of ${remoteRef.key}`;
  }
}

function* checkReaders({ metadata: { name }, spec }: External, uses: readonly Use[]): Iterable<string> {
  const own = uses.filter(({ secret }) => secret === name);
  if (own.length === 0) yield 'nothing reads it';
  else if (own.every(({ key }) => key !== undefined))
    for (const { secretKey } of spec?.data ?? [])
      if (!own.some(({ key }) => key === secretKey)) yield `nothing reads ${secretKey}`;
}

function* checkUses(uses: readonly Use[], objects: readonly KubernetesObject[]): Iterable<Fault> {
  const made = new Map(
    ofKind(objects, ExternalSecret).map(({ spec }) => [
      spec?.target?.name,
      new Set(spec?.data?.map(({ secretKey }) => secretKey)),
    ]),
  );
  for (const { object, secret, key } of uses) {
    const keys = made.get(secret);
    if (!keys) yield { object, says: `no Secret ${secret} exists` };
    else if (key !== undefined && !keys.has(key)) yield { object, says: `the Secret ${secret} has no key ${key}` };
  }
}

const usesOf = (objects: readonly KubernetesObject[]): readonly Use[] => [
  ...workloadsOf(objects).flatMap(usesOfPod),
  ...databasesOf(objects).flatMap(usesOfDatabase),
  ...objects.flatMap(usesOfEdge),
  ...ofKind(objects, AlertmanagerConfig).flatMap(usesOfAlerts),
];

/** The edge accepts every key of a Secret. */
const usesOfEdge = (object: KubernetesObject): readonly Use[] =>
  (securityPolicy.safeParse(object).data?.spec.apiKeyAuth.credentialRefs ?? []).map(({ name }) => ({
    object,
    secret: name,
  }));

function usesOfPod(workload: Workload): readonly Use[] {
  const { object, pod } = workload;
  const containers = containersOf(workload);
  const whole = [
    ...(pod.volumes ?? []).map(({ secret }) => secret?.secretName),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ secretRef }) => secretRef?.name)),
  ];
  const keys = containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []));
  return [
    ...whole.flatMap((secret) => (secret === undefined ? [] : [{ object, secret }])),
    ...keys.map(({ name = '', key }) => ({ object, secret: name, key })),
  ];
}

/** CloudNativePG reads accounts from Secrets of the type `basic-auth`, and certificates. */
function usesOfDatabase({ object, spec }: Database): readonly Use[] {
  const accounts = [
    spec.superuserSecret?.name,
    ...(spec.managed?.roles ?? []).map((role) => role.passwordSecret?.name),
  ];
  const files = (spec.externalClusters ?? []).flatMap(({ sslKey, sslCert, sslRootCert, password }) =>
    [sslKey, sslCert, sslRootCert, password].filter((one) => one !== undefined),
  );
  return [
    ...accounts.flatMap((secret) =>
      secret === undefined ? [] : ['username', 'password'].map((key) => ({ object, secret, key })),
    ),
    ...files.map(({ name = '', key }) => ({ object, secret: name, key })),
  ];
}

/** Alertmanager reads the addresses of its channels. */
function usesOfAlerts(object: KubernetesObject & IAlertmanagerConfig): readonly Use[] {
  const selectors = (object.spec.receivers ?? []).flatMap(({ slackConfigs = [], pagerdutyConfigs = [] }) => [
    ...slackConfigs.map(({ apiURL }) => apiURL),
    ...pagerdutyConfigs.map(({ routingKey }) => routingKey),
  ]);
  return selectors.flatMap((one) => (one ? [{ object, secret: one.name ?? '', key: one.key }] : []));
}
