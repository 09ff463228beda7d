import { ExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import { Gateway, type IGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { clientTrafficPolicy, securityPolicy } from '../own-schemas.ts';

/** Checks that Envoy Gateway accepts requests of the CDN only and removes address headers of clients (docs/decisions/0038-client-addresses.md). */
export function* checkEdgePolicies(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const object of ofKind(objects, Gateway))
    for (const says of [...checkClients(object, objects), ...checkCdn(object, objects)]) yield { object, says };
  for (const object of objects) for (const says of checkTargets(object, objects)) yield { object, says };
}

function* checkClients({ metadata }: KubernetesObject, objects: readonly KubernetesObject[]): Iterable<string> {
  const policies = objects.flatMap((object) => clientTrafficPolicy.safeParse(object).data ?? []);
  const [own, ...more] = policies.filter(({ spec }) => spec.targetRefs.some(({ name }) => name === metadata.name));
  if (!own || more.length > 0) yield 'one ClientTrafficPolicy, which sets the version of TLS, is required';
  else if (!own.spec.headers.earlyRequestHeaders.remove.includes('forwarded'))
    yield 'earlyRequestHeaders must remove forwarded: clients could name other addresses';
}

function* checkCdn(
  { metadata, spec }: KubernetesObject & IGateway,
  objects: readonly KubernetesObject[],
): Iterable<string> {
  // A cluster without a store of secrets, such as kind, has no CDN in front.
  if (ofKind(objects, ExternalSecret).length === 0) return;
  const targets = objects.flatMap((object) => securityPolicy.safeParse(object).data?.spec.targetRefs ?? []);
  for (const listener of spec.listeners)
    if (
      listener.protocol === 'HTTPS' &&
      !targets.some(({ name, sectionName }) => name === metadata.name && sectionName === listener.name)
    )
      yield `listener ${listener.name}: a SecurityPolicy that requires the key of the CDN is required`;
}

/** A policy for something that does not exist has no effect. */
function* checkTargets(object: KubernetesObject, objects: readonly KubernetesObject[]): Iterable<string> {
  for (const { name } of clientTrafficPolicy.safeParse(object).data?.spec.targetRefs ?? [])
    if (!gatewayOf(name, objects)) yield `no Gateway ${name} exists`;
  for (const { name, sectionName } of securityPolicy.safeParse(object).data?.spec.targetRefs ?? [])
    if (!gatewayOf(name, objects)?.spec.listeners.some((listener) => listener.name === sectionName))
      yield `no listener ${sectionName} of the Gateway ${name} exists`;
}

const gatewayOf = (name: string, objects: readonly KubernetesObject[]) =>
  ofKind(objects, Gateway).find(({ metadata }) => metadata.name === name);
