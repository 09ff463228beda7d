import { describe, expect, test } from '@jest/globals';
import { findingsWith, findingsWithout, testFields } from './kubernetes-base.ts';

describe('an address or Service that leads to other pods, or to none, is found', () => {
  testFields([
    [
      'a Service at another port than its callers use',
      'Service',
      'fleet',
      'spec.ports.0.port',
      5003,
      'Deployment gateway: SUBGRAPH_URL_FLEET: no Service and pod serve fleet:4003',
    ],
    [
      'a Service of Redis at another port',
      'Service',
      'redis',
      'spec.ports.0.port',
      6380,
      'Deployment gateway: REDIS_URL: no Service and pod serve redis:6379',
    ],
    [
      'a Service of other pods',
      'Service',
      'fleet',
      'spec.selector',
      { 'app.kubernetes.io/name': 'pricing' },
      'Service fleet: it selects pods of pricing, and its label says fleet',
    ],
    [
      'a Service of all pods',
      'Service',
      'fleet',
      'spec.selector',
      { 'app.kubernetes.io/part-of': 'freight' },
      expect.stringContaining('Service fleet: it selects pods of '),
    ],
    [
      'a Service that the world reaches',
      'Service',
      'gateway',
      'spec.type',
      'LoadBalancer',
      'Service gateway: only the edge is reached from outside; got the type LoadBalancer',
    ],
    [
      'an address of Redis',
      'ConfigMap',
      'redis',
      'data.REDIS_URL',
      'redis://redes:6379',
      'Deployment gateway: REDIS_URL: no Service and pod serve redes:6379',
    ],
    [
      'an address of reads',
      'ConfigMap',
      'subgraph-settings',
      'data.SUBGRAPH_READ_SERVER',
      'postgres-red:5432',
      'Deployment fleet: SUBGRAPH_READ_SERVER: no Service and pod serve postgres-red:5432',
    ],
    [
      'an address of the collector',
      'ConfigMap',
      'tracing-settings',
      'data.OTEL_EXPORTER_OTLP_ENDPOINT',
      'http://otel.monitoring:4318',
      'Deployment gateway: OTEL_EXPORTER_OTLP_ENDPOINT: no Service and pod serve otel.monitoring:4318',
    ],
    [
      'a StatefulSet without its Service',
      'StatefulSet',
      'redis',
      'spec.serviceName',
      'nodes',
      'StatefulSet redis: no headless Service nodes exists',
    ],
    [
      'metrics at another path',
      'ServiceMonitor',
      'gateway',
      'spec.endpoints.0.path',
      '/metricz',
      'ServiceMonitor gateway: gateway serves no /metricz at the port admin',
    ],
    [
      'metrics at another port',
      'ServiceMonitor',
      'gateway',
      'spec.endpoints.0.port',
      'http',
      'ServiceMonitor gateway: gateway serves no /metrics at the port http',
    ],
  ]);

  test('an address in a file of the proxy', () => {
    expect(findingsWith('ConfigMap', 'redis-proxy-files', 'cluster.local:6379', 'cluster.local:6380')).toContain(
      'Deployment redis-proxy: haproxy.cfg: no Service and pod serve redis-1.redis-nodes.freight.svc.cluster.local:6380',
    );
  });
});

describe('an edge without TLS 1.3, or with a route to nowhere, is found', () => {
  testFields([
    [
      'a route of an unknown gateway',
      'HTTPRoute',
      'graph',
      'spec.parentRefs.0.name',
      'edgy',
      'HTTPRoute graph: no listener https of edgy exists',
    ],
    [
      'a route of an unknown listener',
      'HTTPRoute',
      'graph',
      'spec.parentRefs.0.sectionName',
      'htps',
      'HTTPRoute graph: no listener htps of edge exists',
    ],
    [
      'the graph without TLS',
      'HTTPRoute',
      'graph',
      'spec.parentRefs.0.sectionName',
      'http',
      'HTTPRoute graph: only the redirect and the path of health may go without TLS',
    ],
    [
      'another path without TLS',
      'HTTPRoute',
      'health',
      'spec.rules.0.matches.0.path.value',
      '/helth',
      'HTTPRoute health: a gateway serves no /helth',
    ],
    [
      'no listener with TLS',
      'Gateway',
      'edge',
      'spec.listeners.1',
      undefined,
      'Gateway edge: a listener for HTTPS with a route is required',
    ],
    [
      'a listener without a certificate',
      'Gateway',
      'edge',
      'spec.listeners.1.tls.certificateRefs',
      [],
      'Gateway edge: listener https: HTTPS with a certificate is required',
    ],
    [
      'an older TLS',
      'ClientTrafficPolicy',
      'edge',
      'spec.tls.minVersion',
      '1.2',
      expect.stringContaining('ClientTrafficPolicy edge: spec.tls.minVersion: '),
    ],
    [
      'a policy of an unknown gateway',
      'ClientTrafficPolicy',
      'edge',
      'spec.targetRefs.0.name',
      'edgy',
      'ClientTrafficPolicy edge: no Gateway edgy exists',
    ],
    [
      'a header in which clients name any address',
      'ClientTrafficPolicy',
      'edge',
      'spec.headers.earlyRequestHeaders.remove',
      [],
      'Gateway edge: earlyRequestHeaders must remove forwarded: clients could name other addresses',
    ],
    [
      'a key of the CDN that the listener of clients does not ask for',
      'SecurityPolicy',
      'cdn',
      'spec.targetRefs.0.sectionName',
      'http',
      'Gateway edge: listener https: a SecurityPolicy that requires the key of the CDN is required',
    ],
    [
      'a key of the CDN at an unknown listener',
      'SecurityPolicy',
      'cdn',
      'spec.targetRefs.0.sectionName',
      'htps',
      'SecurityPolicy cdn: no listener htps of the Gateway edge exists',
    ],
    [
      'a key of the CDN in a Secret that nobody makes',
      'SecurityPolicy',
      'cdn',
      'spec.apiKeyAuth.credentialRefs.0.name',
      'cnd',
      'SecurityPolicy cdn: no Secret cnd exists',
    ],
    [
      'public networks that may name a client',
      'ConfigMap',
      'gateway-settings',
      'data.TRUSTED_PROXIES',
      '10.0.0.0/8,13.32.0.0/15',
      'Deployment gateway: TRUSTED_PROXIES: use private networks, which are those of the edge, instead of 13.32.0.0/15',
    ],
    [
      'no redirect',
      'HTTPRoute',
      'redirect',
      'spec.rules.0.filters',
      [],
      'HTTPRoute redirect: a rule without a backend must lead to https',
    ],
  ]);

  test('no key of the CDN', () => {
    expect(findingsWithout('SecurityPolicy', 'cdn')).toContain(
      'Gateway edge: listener https: a SecurityPolicy that requires the key of the CDN is required',
    );
  });

  test('no edge', () => {
    expect(findingsWithout('Gateway', 'edge')).toContain('HTTPRoute graph: no listener https of edge exists');
  });
});
