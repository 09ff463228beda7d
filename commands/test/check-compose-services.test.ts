import { describe } from '@jest/globals';
import { testChanges } from './changed-project.ts';

/** Faults of services in docker-compose.yml, each as one change of the real file and what the operator then reads. */
const compose = 'docker-compose.yml';

describe('order and health', () => {
  testChanges(compose, [
    [
      'a start before the other one is healthy',
      'redis: { condition: service_healthy }',
      'redis: { condition: service_started }',
      `${compose} services.fleet: depends_on waits for service_started of redis, which is too early: wait for service_healthy.`,
    ],
    [
      'a start before an address serves',
      / {2}depends_on:\n {4}access:[\s\S]*?\n\nservices:/,
      '\nservices:',
      `${compose} services.gateway-1: SUBGRAPH_URL_ACCESS names access, for which it must wait (depends_on)`,
    ],
    [
      'no health check',
      'test: [CMD, redis-cli, -h, 127.0.0.1, ping]',
      'start_period: 1s',
      `${compose} services.redis: it has no health check: add one, so that a process that hangs is found.`,
    ],
    [
      'a health check that asks nothing',
      /test: \[CMD, bash, -c.*\]/,
      'test: [CMD, "true"]',
      `${compose} services.proxy: the health check must ask "GET /health"; it asks "CMD true"`,
    ],
    [
      'a health check at another path',
      '9090/-/healthy',
      '9090/-/helthy',
      `${compose} services.prometheus: the health check must ask "http://127.0.0.1:9090/-/healthy"; it asks "CMD wget -q --spider http://127.0.0.1:9090/-/helthy"`,
    ],
    [
      'another health check than that of the image',
      '  command: [gateway/server.ts]\n',
      '  command: [gateway/server.ts]\n  healthcheck: { test: [CMD, node, commands/helthcheck.ts] }\n',
      `${compose} services.gateway-1: it replaces the health check of the image: remove its own.`,
    ],
    [
      'no health check of the product',
      '  command: [gateway/server.ts]\n',
      '  command: [gateway/server.ts]\n  healthcheck: { disable: true }\n',
      `${compose} services.gateway-1: its health check is disabled: enable it, so that a process that hangs is found.`,
    ],
    [
      'no limit of memory',
      '    mem_limit: 512m\n\n  # --- Monitoring',
      '\n  # --- Monitoring',
      `${compose} services.redis: it has no memory limit, so that it can take the memory of all others: set mem_limit.`,
    ],
  ]);
});

describe('secrets and rights', () => {
  testChanges(compose, [
    [
      'a secret of another process',
      'PORT: 4002,',
      'PORT: 4002, ACCESS_SIGNING_KEY: x,',
      `${compose} services.shipments: subgraph has no setting ACCESS_SIGNING_KEY`,
    ],
    [
      'a secret in the file',
      `\${API_KEY_SECRET:?}`,
      '0123456789abcdef0123456789abcdef',
      `${compose} services.gateway-1: API_KEY_SECRET: a secret must come from a variable, as in \${API_KEY_SECRET:?}`,
    ],
    [
      'a password in the file',
      `postgres:\${POSTGRES_PASSWORD:?}@`,
      'postgres:postgres@',
      `${compose} services.migrate: DATABASE_URL: the password in it must come from a variable`,
    ],
    [
      'all rights of the host',
      '  command: [gateway/server.ts]\n',
      '  command: [gateway/server.ts]\n  privileged: true\n',
      `${compose} services.gateway-1: it must not be privileged`,
    ],
    [
      'a right of the kernel',
      '  command: [gateway/server.ts]\n',
      '  command: [gateway/server.ts]\n  cap_add: [SYS_ADMIN]\n',
      `${compose} services.gateway-1: cap_add: it must not get SYS_ADMIN`,
    ],
    [
      'root',
      '  command: [gateway/server.ts]\n',
      '  command: [gateway/server.ts]\n  user: root\n',
      `${compose} services.gateway-1: its user is root, in place of that of the image: remove user.`,
    ],
    [
      'a file system that it may write',
      '  read_only: true\n  tmpfs: [/tmp]\n  cap_drop: [ALL]\n  security',
      '  tmpfs: [/tmp]\n  cap_drop: [ALL]\n  security',
      `${compose} services.gateway-1: its root file system can be written: set read_only: true.`,
    ],
    [
      'a port beside the proxy',
      '  command: [gateway/server.ts]\n',
      '  command: [gateway/server.ts]\n  ports: ["4000:4000"]\n',
      `${compose} services.gateway-1: ports: clients reach it through the proxy only`,
    ],
  ]);
  testChanges('.env.staging.example', [
    [
      'a secret in a template',
      'API_KEY_SECRET=\n',
      'API_KEY_SECRET=0123456789abcdef\n',
      '.env.staging.example API_KEY_SECRET: it is a secret: the template must have no value',
    ],
    [
      'a variable that a template lacks',
      'FIELD_KEYS=\n',
      '',
      '.env.staging.example FIELD_KEYS: docker-compose.yml reads it, and the template lacks it',
    ],
  ]);
});

describe('what a service names exists', () => {
  testChanges(compose, [
    [
      'a file',
      './infra/haproxy/haproxy.cfg:',
      './infra/haproxy/haproxi.cfg:',
      `${compose} services.proxy: volumes names ./infra/haproxy/haproxi.cfg, which does not exist`,
    ],
    ['a volume', '  jaeger: {}\n', '', `${compose} services.jaeger: volumes names "jaeger", which is no volume`],
    [
      'a Dockerfile',
      'context: infra/collector',
      'context: infra/colector',
      `${compose} services.collector: build: infra/colector has no Dockerfile`,
    ],
    [
      'a version that may change by itself',
      'redis:7.4.1-bookworm',
      'redis:latest-1.0',
      `${compose} services.redis: the name of the image must have a full version; it is redis:latest-1.0`,
    ],
    [
      'another Node for operators than for the product',
      'image: node:26.10.0-bookworm-slim',
      'image: node:24.1.0-bookworm-slim',
      `${compose} services.operator: its image is node:24.1.0-bookworm-slim: use node:26.10.0-bookworm-slim, as the Dockerfile does.`,
    ],
    [
      'a line of versions',
      'redis:7.4.1-bookworm',
      'redis:7.4',
      `${compose} services.redis: the name of the image must have a full version; it is redis:7.4`,
    ],
    [
      'a property of Compose',
      'restart: "no"',
      'restarts: "no"',
      `${compose} services.migrate: must NOT have additional properties (Compose specification)`,
    ],
  ]);
});
