import { Cluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { checkModel } from '../models.ts';
import { parseManifests } from '../parse-manifests.ts';
import { readQuantity } from '../quantity.ts';

const file = 'cluster.yaml';

/** The database that the restore test makes can recover what the database of the product has written. */
export function* checkRestoreTest(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const product = ofKind(objects, Cluster).find(({ metadata }) => metadata.name === 'postgres');
  for (const object of ofKind(objects, ConfigMap)) {
    const text = object.data?.[file];
    if (text === undefined) continue;
    const restored = parseManifests(text, `${object.metadata.name}/${file}`);
    for (const { says } of restored.flatMap(checkModel)) yield { object, says: `${file}: ${says}` };
    if (!product) yield { object, says: `${file}: no Cluster postgres exists` };
    else
      for (const cluster of ofKind(restored, Cluster))
        for (const says of compare(cluster, product)) yield { object, says: `${file}: ${says}` };
  }
}

type Database = Pick<InstanceType<typeof Cluster>, 'spec'>;

function* compare(restored: Database, product: Database): Iterable<string> {
  const image = product.spec?.imageName;
  if (restored.spec?.imageName !== image) yield `the image ${image} of the database is required`;
  const connections = connectionsOf(product);
  if (connectionsOf(restored) < connections) yield `max_connections of at least ${connections} is required`;
  for (const volume of ['storage', 'walStorage'] as const) {
    const size = product.spec?.[volume]?.size ?? '0';
    if (readQuantity(restored.spec?.[volume]?.size ?? '0') < readQuantity(size))
      yield `${volume} of at least ${size} is required`;
  }
}

const connectionsOf = ({ spec }: Database): number => Number(spec?.postgresql?.parameters?.['max_connections'] ?? 100);
