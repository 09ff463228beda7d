import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkWithPrograms } from '../check-deploy/compose/programs.ts';
import { findFaults } from '../check-deploy/find-faults.ts';
import { ChangedProject } from './changed-project.ts';

const project = join(import.meta.dirname, '../..');

test('the deployment files of the project have no faults', async () => {
  expect(await findFaults(project)).toEqual([]);
  expect(await checkWithPrograms(project)).toEqual([]);
});

describe('an operator who changes a deployment file is told', () => {
  let changed: ChangedProject;
  beforeAll(() => {
    changed = new ChangedProject();
  });
  afterAll(() => changed[Symbol.dispose]());

  test.each([
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
      'infra/postgres/pgbackrest.conf repo1-cipher-type: use aes-256-cbc instead of none',
    ],
    [
      'backups that are removed too early',
      'infra/postgres/pgbackrest.conf',
      'repo1-retention-full=30',
      'repo1-retention-full=7',
      'infra/postgres/pgbackrest.conf repo1-retention-full: keep backups for 30 days or more',
    ],
    [
      'changes that are archived too late',
      'infra/postgres/archive.conf',
      "archive_timeout = '60s'",
      "archive_timeout = '600s'",
      "infra/postgres/archive.conf archive_timeout: use '1s' to '60s' instead of '600s'",
    ],
    [
      'the passphrase of backups in another process',
      'docker-compose.yml',
      'environment: { REDIS_ADDR: "redis://redis:6379" }',
      'environment: { REDIS_ADDR: "redis://redis:6379", PGBACKREST_REPO1_CIPHER_PASS: x }',
      'docker-compose.yml services.redis-exporter: PGBACKREST_REPO1_CIPHER_PASS is a secret of the database and its backups',
    ],
    [
      'a port that is no number',
      '.env.production.example',
      'HTTPS_PORT=443',
      'HTTPS_PORT=abc',
      '.env.production.example HTTPS_PORT: use a port from 1 to 65535 instead of "abc"',
    ],
    [
      'a port that another service has',
      '.env.production.example',
      'GRAFANA_PORT=3000',
      'GRAFANA_PORT=443',
      '.env.production.example GRAFANA_PORT: use another port than 443, which HTTPS_PORT has',
    ],
    [
      'an edge without a name',
      '.env.production.example',
      /SERVER_NAME=.*/,
      'SERVER_NAME=',
      '.env.production.example SERVER_NAME: set the name under which clients find the graph',
    ],
    [
      'a file that does not exist',
      'Dockerfile',
      'COPY client client',
      'COPY clients clients',
      'Dockerfile image: COPY names clients, which does not exist',
    ],
  ])('of %s', async (_title, file, before, after, expected) => {
    expect(await changed.findingsWith({ file, before, after })).toContain(expected);
  });

  test('once of a value of the template, although several services get it', async () => {
    const file = '.env.production.example';
    expect(await changed.findingsWith({ file, before: 'LOG_LEVEL=info', after: 'LOG_LEVEL=loud' })).toEqual([
      `${file} LOG_LEVEL: use one of fatal, error, warn, info, debug, trace, silent; it is "loud"`,
    ]);
  });

  test('at k8s/edges.yaml only that it is no YAML', async () => {
    const file = 'k8s/edges.yaml';
    const found = await changed.findingsWith({ file, before: 'edges:', after: 'edges: [' });
    expect(found).toEqual([expect.stringMatching(/^k8s\/edges\.yaml file: /)]);
  });

  test('of a configuration that is no YAML', async () => {
    const file = 'monitoring/alertmanager/alertmanager.yml';
    const found = await changed.findingsWith({ file, before: 'route:', after: 'route: [' });
    expect(found).toContainEqual(expect.stringContaining(`${file} file: `));
  });
});
