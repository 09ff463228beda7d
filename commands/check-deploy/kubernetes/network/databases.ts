import { Cluster, type ICluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { parseManifests } from '../parse-manifests.ts';

export interface Database {
  readonly name: string;
  /** The Cluster, or the ConfigMap with the text of one. */
  readonly object: KubernetesObject;
  readonly spec: ICluster['spec'];
}

/** Key of a ConfigMap with a Cluster that a job makes. */
const clusterFile = 'cluster.yaml';

/** Databases of CloudNativePG: those of the overlay, and those that a job of the overlay makes for a time. */
export function databasesOf(objects: readonly KubernetesObject[]): readonly Database[] {
  const made = ofKind(objects, ConfigMap).flatMap((object) =>
    ofKind(parseManifests(object.data?.[clusterFile] ?? '', object.metadata.name), Cluster).map((cluster) => ({
      object,
      cluster,
    })),
  );
  const own = ofKind(objects, Cluster).map((cluster) => ({ object: cluster, cluster }));
  return [...own, ...made].map(({ object, cluster }) => ({ name: cluster.metadata.name, object, spec: cluster.spec }));
}

/** True for a database that writes in this region. */
export const isPrimary = ({ spec }: Database): boolean => spec.replica?.primary === spec.replica?.self;
