import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFaults } from '../check-deploy/find-faults.ts';
import { describeFinding } from '../check-deploy/finding.ts';

const project = join(import.meta.dirname, '../..');

test('the deployment files of the project have no faults', () => {
  expect(findFaults(project).map(describeFinding)).toEqual([]);
});

describe('an operator who changes a deployment file is told', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'freight-deploy-'));
    for (const file of [
      'Dockerfile',
      'docker-compose.yml',
      '.env.production.example',
      '.env.staging.example',
      'package.json',
      'package-lock.json',
      '.npmrc',
      'supergraph.yaml',
      'infra/postgres',
      'k8s/edges.yaml',
      'schema/supergraph.graphql',
      'schema/manifests',
      'client/data.ts',
      'commands',
      'subgraphs/access/server.ts',
      'gateway/server.ts',
    ])
      cpSync(join(project, file), join(copy, file), { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const faultsWith = (file: string, before: string, after: string): string[] => {
    const text = readFileSync(join(project, file), 'utf8');
    expect(text).toContain(before);
    writeFileSync(join(copy, file), text.replace(before, after));
    try {
      return findFaults(copy).map(describeFinding);
    } finally {
      writeFileSync(join(copy, file), text);
    }
  };

  test.each([
    [
      'a setting that no process has',
      'docker-compose.yml',
      'ADMIN_PORT: 4100',
      'ADMIN_PROT: 4100',
      'docker-compose.yml services.gateway-1: gateway has no setting ADMIN_PROT',
    ],
    [
      'a secret of another process',
      'docker-compose.yml',
      'PORT: 4002,',
      'PORT: 4002, ACCESS_SIGNING_KEY: x,',
      'docker-compose.yml services.shipments: subgraph has no setting ACCESS_SIGNING_KEY',
    ],
    [
      'a connection without an edge',
      'k8s/edges.yaml',
      '{ from: migrate, to: postgres, ports: [5432], for: migrations }',
      '{ from: migrate, to: redis-proxy, ports: [6379], for: migrations }',
      'k8s/edges.yaml edges: no edge leads from migrate to postgres, as docker-compose.yml does',
    ],
    [
      'backups that anybody can read',
      'infra/postgres/pgbackrest.conf',
      'repo1-cipher-type=aes-256-cbc',
      'repo1-cipher-type=none',
      'infra/postgres/pgbackrest.conf repo1-cipher-type: aes-256-cbc is required; got none',
    ],
    [
      'backups that are removed too early',
      'infra/postgres/pgbackrest.conf',
      'repo1-retention-full=30',
      'repo1-retention-full=7',
      'infra/postgres/pgbackrest.conf repo1-retention-full: 30 days or more are required',
    ],
    [
      'changes that are archived too late',
      'infra/postgres/archive.conf',
      "archive_timeout = '60s'",
      "archive_timeout = '600s'",
      "infra/postgres/archive.conf archive_timeout: '1s' to '60s' is required; got '600s'",
    ],
    [
      'the passphrase of backups in another process',
      'docker-compose.yml',
      'environment: { REDIS_ADDR: "redis://redis:6379" }',
      'environment: { REDIS_ADDR: "redis://redis:6379", PGBACKREST_REPO1_CIPHER_PASS: x }',
      'docker-compose.yml services.redis-exporter: PGBACKREST_REPO1_CIPHER_PASS is a secret of the database and its backups',
    ],
    [
      'a port that gateways do not call',
      'docker-compose.yml',
      'PORT: 4003,',
      'PORT: 4033,',
      'docker-compose.yml services.fleet: PORT: the port of supergraph.yaml (4003) is required; got 4033',
    ],
    [
      'a version that may change by itself',
      'docker-compose.yml',
      'redis:7.4.1-bookworm',
      'redis:latest',
      'docker-compose.yml services.redis: a version is required in the name of the image; got redis:latest',
    ],
    [
      'a service without a health check',
      'docker-compose.yml',
      'test: [CMD, redis-cli, ping]',
      'start_period: 1s',
      'docker-compose.yml services.redis: a health check is required',
    ],
    [
      'a property that Compose does not know',
      'docker-compose.yml',
      'restart: "no"',
      'restarts: "no"',
      'docker-compose.yml services.migrate: must NOT have additional properties (Compose specification)',
    ],
    [
      'a variable without a place in the template',
      '.env.staging.example',
      'FIELD_KEYS=\n',
      '',
      '.env.staging.example FIELD_KEYS: docker-compose.yml reads it, and the template lacks it',
    ],
    [
      'a file that does not exist',
      'Dockerfile',
      'COPY client client',
      'COPY clients clients',
      'Dockerfile image: COPY names clients, which does not exist',
    ],
    [
      'an image that runs as root',
      'Dockerfile',
      'USER node',
      'USER root',
      'Dockerfile image: a user other than root is required (USER)',
    ],
  ])('of %s', (_title, file, before, after, expected) => {
    expect(faultsWith(file, before, after)).toContain(expected);
  });
});
