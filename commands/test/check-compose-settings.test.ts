import { describe } from '@jest/globals';
import { testChanges } from './changed-project.ts';

/** Faults of settings and addresses in docker-compose.yml, each as one change of the real files and what the operator then reads. */
const compose = 'docker-compose.yml';
const haproxy = 'infra/haproxy/haproxy.cfg';

describe('settings: a process must start with them', () => {
  testChanges(compose, [
    [
      'one that it does not have',
      'ADMIN_PORT: 4100',
      'ADMIN_PROT: 4100',
      `${compose} services.gateway-1: gateway has no setting ADMIN_PROT`,
    ],
    [
      'a value of another type',
      'DRAIN_DELAY_MS: 5000',
      'DRAIN_DELAY_MS: soon',
      `${compose} services.gateway-1: DRAIN_DELAY_MS: use a whole number from 0 to 3600000; it is "soon"`,
    ],
    [
      'a value of no list',
      `LOG_LEVEL: \${LOG_LEVEL:-info}\n  OTEL`,
      'LOG_LEVEL: loud\n  OTEL',
      `${compose} services.fleet: LOG_LEVEL: use one of fatal, error, warn, info, debug, trace, silent; it is "loud"`,
    ],
    [
      'development',
      'NODE_ENV: production\n    NODE_OPTIONS',
      'NODE_ENV: development\n    NODE_OPTIONS',
      `${compose} services.gateway-1: NODE_ENV is development: set it to production.`,
    ],
    [
      'several gateways without Redis',
      'REDIS_URL: redis://redis:6379\n    REPLICAS',
      'REPLICAS',
      `${compose} services.gateway-1: REDIS_URL is missing: REPLICAS is 2, and these processes share their state in Redis. Set REDIS_URL, or run one process.`,
    ],
    [
      'another number of gateways',
      'REPLICAS: 2',
      'REPLICAS: 5',
      `${compose} services.gateway-1: REPLICAS is 5: there are 2 gateways. Set it to 2.`,
    ],
    [
      'one gateway by default',
      '    REPLICAS: 2\n',
      '',
      `${compose} services.gateway-1: REPLICAS is missing: there are 2 gateways. Set it to 2.`,
    ],
    [
      'a subgraph that the gateway does not find',
      '    SUBGRAPH_URL_RISK: http://risk:4006/graphql\n',
      '',
      `${compose} services.gateway-1: SUBGRAPH_URL_RISK is missing: set it to http://risk:4006/graphql.`,
    ],
    [
      'staff from everywhere',
      / {4}STAFF_NETWORKS: .*\n/,
      '',
      `${compose} services.gateway-1: STAFF_NETWORKS is missing: staff could administer from everywhere. Set the networks of staff.`,
    ],
    [
      'a drain that ends after the container',
      'DRAIN_WINDOW_MS: 25000',
      'DRAIN_WINDOW_MS: 60000',
      `${compose} services.gateway-1: stop_grace_period is 40 s, but drain and closing may take 70 s: set a longer one.`,
    ],
    [
      'a network of other proxies',
      'TRUSTED_PROXIES: 172.30.1.0/24',
      'TRUSTED_PROXIES: 172.31.1.0/24',
      `${compose} services.gateway-1: TRUSTED_PROXIES is 172.31.1.0/24, which is no network that it shares with the proxy: set the subnet of that network.`,
    ],
    [
      'the port of another subgraph',
      'PORT: 4003,',
      'PORT: 4033,',
      `${compose} services.fleet: PORT is 4033, but gateways look for it at port 4003 of supergraph.yaml: make them equal.`,
    ],
    [
      'a program that the image does not run',
      '[commands/subgraph.ts, fleet]',
      '[commands/subgraph.ts, flet]',
      `${compose} services.fleet: command: supergraph.yaml has no subgraph flet`,
    ],
  ]);
});

describe('addresses: they lead to a service, at a port that it serves, in a network of both', () => {
  testChanges(compose, [
    [
      'no service',
      'OTEL_EXPORTER_OTLP_ENDPOINT: http://collector',
      'OTEL_EXPORTER_OTLP_ENDPOINT: http://colector',
      `${compose} services.fleet: OTEL_EXPORTER_OTLP_ENDPOINT: "colector" is no service`,
    ],
    [
      'no service without a scheme',
      'postgres-standby:5432\n',
      'postgres-stand:5432\n',
      `${compose} services.fleet: SUBGRAPH_READ_SERVER: "postgres-stand" is no service`,
    ],
    [
      'a port that nobody serves',
      'REDIS_URL: redis://redis:6379\n    REPLICAS',
      'REDIS_URL: redis://redis:6380\n    REPLICAS',
      `${compose} services.gateway-1: REDIS_URL: redis does not listen on port 6380`,
    ],
    [
      'gateways at another port than the proxy calls',
      'PORT: 4000\n',
      'PORT: 4009\n',
      `${compose} services.proxy: ${haproxy}: gateway-1 does not listen on port 4000`,
    ],
    [
      'metrics at another port than Prometheus reads',
      'ADMIN_PORT: 4100',
      'ADMIN_PORT: 4109',
      `${compose} services.prometheus: monitoring/prometheus/prometheus.yml: gateway-1 does not listen on port 4100`,
    ],
    [
      'a published port without a listener',
      ':-443}:8443"]',
      ':-443}:8444"]',
      `${compose} services.proxy: ports: it does not listen on port 8444`,
    ],
    [
      'no network in common',
      '  networks: [graph, data, redis, observe]\n  mem',
      '  networks: [graph, redis, observe]\n  mem',
      `${compose} services.fleet: SUBGRAPH_DATABASE_URL: it has no network in common with postgres`,
    ],
    [
      'more networks than it has use for',
      '[edge, graph, redis, observe]',
      '[edge, graph, redis, observe, data]',
      `${compose} services.gateway-1: networks: it connects to no store in "data"`,
    ],
    [
      'a proxy that is believed, and in no network in common',
      '[edge, graph, redis, observe]',
      '[graph, redis, observe]',
      `${compose} services.gateway-1: TRUSTED_PROXIES is 172.30.1.0/24, which is no network that it shares with the proxy: set the subnet of that network.`,
    ],
  ]);
  testChanges(haproxy, [
    [
      'a server at another port',
      'server gateway-2 gateway-2:4000',
      'server gateway-2 gateway-2:4001',
      `${compose} services.proxy: ${haproxy}: gateway-2 does not listen on port 4001`,
    ],
    [
      'a listener at another port',
      'bind :8443',
      'bind :8445',
      `${haproxy} port 8443: docker-compose.yml publishes it, and no frontend binds it`,
    ],
  ]);
  testChanges('monitoring/prometheus/prometheus.yml', [
    [
      'metrics of nobody',
      'fleet:4003',
      'flet:4003',
      `${compose} services.prometheus: monitoring/prometheus/prometheus.yml: "flet" is no service`,
    ],
  ]);
  testChanges('monitoring/collector/collector.yaml', [
    [
      'a receiver at another port',
      '4318',
      '4399',
      `${compose} services.fleet: OTEL_EXPORTER_OTLP_ENDPOINT: collector does not listen on port 4318`,
    ],
  ]);
});
