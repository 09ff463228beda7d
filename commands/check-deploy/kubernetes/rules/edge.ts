import {
  Gateway,
  HTTPRoute,
  type IGateway,
  type IHTTPRoute,
} from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { Service } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { healthPaths } from '../served-paths.ts';

type Route = KubernetesObject & IHTTPRoute;
type Listener = IGateway['spec']['listeners'][number];

/** Everything goes through TLS 1.3, but for the redirect and the path of health; each route starts at a listener and ends at a Service. */
export function* checkEdge(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const routes = ofKind(objects, HTTPRoute);
  for (const object of routes) for (const says of checkRoute(object, objects)) yield { object, says };
  const leads = (wanted: string) =>
    routes.some((route) => listenersOf(route, objects).some(({ protocol }) => protocol === wanted));
  for (const object of ofKind(objects, Gateway)) for (const says of checkGateway(object)) yield { object, says };
  const edge = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'edge' } };
  for (const protocol of ['HTTP', 'HTTPS'])
    if (!leads(protocol)) yield { object: edge, says: `a listener for ${protocol} with a route is required` };
  const plain = routes.filter((route) => listenersOf(route, objects).some(({ protocol }) => protocol === 'HTTP'));
  const rules = plain.flatMap(({ spec }) => spec.rules ?? []);
  if (!rules.some(({ filters = [] }) => filters.some(({ requestRedirect }) => requestRedirect)))
    yield { object: edge, says: 'a redirect from HTTP to https is required' };
  if (!rules.some(({ backendRefs = [] }) => backendRefs.length > 0))
    yield { object: edge, says: 'a route of health without TLS is required, for the checks of DNS' };
}

/** The listeners at which a route starts. */
function listenersOf({ spec }: Route, objects: readonly KubernetesObject[]): readonly Listener[] {
  const gateways = ofKind(objects, Gateway);
  return (spec.parentRefs ?? []).flatMap(({ name, sectionName }) =>
    gateways
      .filter(({ metadata }) => metadata.name === name)
      .flatMap((gateway) => gateway.spec.listeners.filter((one) => one.name === sectionName)),
  );
}

function* checkRoute(route: Route, objects: readonly KubernetesObject[]): Iterable<string> {
  const { parentRefs = [], rules = [] } = route.spec;
  const listeners = listenersOf(route, objects);
  if (listeners.length !== parentRefs.length || listeners.length === 0)
    yield `no listener ${parentRefs.map(({ name, sectionName }) => `${sectionName} of ${name}`).join(', ')} exists`;
  for (const { backendRefs = [], filters = [], matches = [] } of rules) {
    for (const { name, port } of backendRefs)
      if (!hasPort(objects, name, port)) yield `no Service ${name} with the port ${port} exists`;
    const isRedirect = filters.some(({ requestRedirect }) => requestRedirect?.scheme === 'https');
    if (backendRefs.length === 0 && !isRedirect) yield 'a rule without a backend must lead to https';
    const paths = matches.map(({ path }) => (path?.type === 'Exact' ? path.value : undefined));
    for (const path of paths) if (path !== undefined && !served.includes(path)) yield `a gateway serves no ${path}`;
    const isHealth = paths.length > 0 && paths.every((path) => path !== undefined && served.includes(path));
    if (backendRefs.length > 0 && !isHealth && listeners.some(({ protocol }) => protocol !== 'HTTPS'))
      yield 'only the redirect and the path of health may go without TLS';
  }
}

const served: readonly string[] = healthPaths.gateway;

const hasPort = (objects: readonly KubernetesObject[], name: string, port: number | undefined): boolean =>
  ofKind(objects, Service).some(
    ({ metadata, spec }) => metadata.name === name && spec?.ports?.some((one) => one.port === port),
  );

function* checkGateway({ metadata, spec }: KubernetesObject & IGateway): Iterable<string> {
  for (const { name, protocol, tls } of spec.listeners) {
    const isEncrypted = protocol === 'HTTPS' && tls?.mode === 'Terminate' && tls.certificateRefs?.length;
    if (protocol !== 'HTTP' && !isEncrypted) yield `listener ${name}: HTTPS with a certificate is required`;
  }
  if (!metadata.annotations?.['cert-manager.io/cluster-issuer']) yield 'an issuer of certificates is required';
}
