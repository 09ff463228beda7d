import { basename } from 'node:path';
import { Gateway, GatewayClass } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { type Fault, type Manifests, ofKind } from '../kubernetes-object.ts';
import { clusterIssuer } from '../own-schemas.ts';

/** What a cluster has before the product is applied: k8s/README.md, "What a cluster must have". */
export const givenByCluster = { GatewayClass: 'envoy', ClusterIssuer: 'letsencrypt' } as const;

/** The class and the issuer that a Gateway names are made by the overlay or given by the cluster. The cluster of `kind` is new and gives none. */
export function* checkEdgeGiven({ folder, objects }: Manifests): Iterable<Fault> {
  const given = basename(folder) === 'kind' ? undefined : givenByCluster;
  const classes = [given?.GatewayClass, ...ofKind(objects, GatewayClass).map(({ metadata }) => metadata.name)];
  const issuers = [
    given?.ClusterIssuer,
    ...objects.filter((object) => clusterIssuer.safeParse(object).success).map(({ metadata }) => metadata.name),
  ];
  for (const object of ofKind(objects, Gateway)) {
    const { gatewayClassName } = object.spec;
    const issuer = object.metadata.annotations?.['cert-manager.io/cluster-issuer'];
    if (!classes.includes(gatewayClassName))
      yield { object, says: `no GatewayClass ${gatewayClassName} exists: neither the overlay nor the cluster has it` };
    if (issuer !== undefined && !issuers.includes(issuer))
      yield { object, says: `no ClusterIssuer ${issuer} exists: neither the overlay nor the cluster has it` };
  }
}
