import { basename } from 'node:path';
import { SecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import type { Edges } from '../../../k8s/edges.ts';
import { regionsOf } from '../../../k8s/network-policies.ts';
import type { Finding } from '../../finding.ts';
import { describeObject, type Fault, type Manifests, ofKind } from '../kubernetes-object.ts';
import { type Database, databasesOf, isPrimary } from '../network/databases.ts';

/** Each region is an overlay, one of them is the primary for all, and the databases of the other ones follow. */
export function checkRegions(overlays: readonly Manifests[], edges: Edges): readonly Finding[] {
  const regions = regionsOf(edges);
  const missing = regions.filter((region) => !overlays.some(({ folder }) => basename(folder) === region));
  const faults = overlays
    .filter(({ folder }) => regions.includes(basename(folder)))
    .flatMap((overlay) =>
      [...checkRegion(overlay)].map(({ object, says }) => ({ file: overlay.folder, at: describeObject(object), says })),
    );
  const primaries = new Set(
    overlays.flatMap(({ objects }) => databasesOf(objects).flatMap(({ spec }) => spec.replica?.primary ?? [])),
  );
  const file = 'k8s/overlays';
  return [
    ...missing.map((region) => ({ file, at: region, says: 'k8s/edges.yaml has a region without an overlay' })),
    ...faults,
    ...(primaries.size > 1
      ? [{ file, at: 'regions', says: `use one primary region instead of ${[...primaries].join(', ')}` }]
      : []),
  ];
}

function* checkRegion({ folder, objects }: Manifests): Iterable<Fault> {
  const region = basename(folder);
  for (const object of ofKind(objects, SecretStore)) {
    const given = object.spec?.provider?.aws?.region;
    if (given !== region) yield { object, says: `use the region ${region} instead of ${given}` };
  }
  const [database] = databasesOf(objects).filter(({ object }) => object.kind === 'Cluster');
  if (!database) return;
  for (const says of checkReplica(database, region)) yield { object: database.object, says };
}

/** The name of the database of a region, for the other ones. */
const hostOf = (region: string): string => `postgres.${region}.infamous-freight.internal`;

function* checkReplica(database: Database, region: string): Iterable<string> {
  const { replica, externalClusters = [], bootstrap } = database.spec;
  if (replica?.self !== region) yield `replica.self: use ${region} instead of ${replica?.self}`;
  if (replica?.source === region) yield 'a database cannot follow itself';
  for (const { name, connectionParameters } of externalClusters) {
    const host = hostOf(name);
    if (connectionParameters && connectionParameters['host'] !== host)
      yield `externalClusters: use the host ${host} instead of ${connectionParameters['host']}`;
  }
  if (replica?.primary && !externalClusters.some(({ name }) => name === replica.primary))
    yield `externalClusters has no ${replica.primary}`;
  yield* checkReads(database);
  yield* checkEntrance(database, region);
  if (isPrimary(database)) {
    if (!bootstrap?.initdb) yield 'the primary region creates its database: bootstrap.initdb is required';
  } else if (bootstrap?.pg_basebackup?.source !== replica?.primary || replica?.source !== replica?.primary)
    yield `a region that follows starts from and follows ${replica?.primary}`;
}

/** In the primary region the standbys answer reads, elsewhere every instance is a standby. */
function* checkReads(database: Database): Iterable<string> {
  const wanted = isPrimary(database) ? 'ro' : 'r';
  const reads = database.spec.managed?.services?.additional?.find(
    ({ serviceTemplate }) => serviceTemplate.metadata?.name === 'postgres-reads',
  );
  if (reads?.selectorType !== wanted)
    yield `postgres-reads: use selectorType ${wanted} instead of ${reads?.selectorType}`;
}

/** A region that others may follow has its name in DNS, and in the certificate that they verify. */
function* checkEntrance({ spec }: Database, region: string): Iterable<string> {
  if (!spec.externalClusters?.some(({ name }) => name === region)) return;
  const services = spec.managed?.services?.additional ?? [];
  const entrance = services.find(({ serviceTemplate }) => serviceTemplate.spec?.type === 'LoadBalancer');
  const name = entrance?.serviceTemplate.metadata?.annotations?.['external-dns.alpha.kubernetes.io/hostname'];
  if (name !== hostOf(region)) yield `use an entrance with the name ${hostOf(region)} instead of ${name}`;
  if (entrance && entrance.selectorType !== 'rw')
    yield 'the entrance leads to the primary: selectorType rw is required';
  if (!spec.certificates?.serverAltDNSNames?.includes(hostOf(region)))
    yield `serverAltDNSNames: ${hostOf(region)} is required`;
}
