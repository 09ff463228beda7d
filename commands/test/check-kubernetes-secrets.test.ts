import { describe, expect, test } from '@jest/globals';
import { findingsWithMore, testFields } from './kubernetes-base.ts';

describe('a secret that is not where it is expected is found', () => {
  const exporter = [
    'Deployment',
    'postgres-exporter-primary',
    `spec.template.spec.containers.0.env.2.valueFrom.secretKeyRef.key`,
  ] as const;
  testFields([
    [
      'a key that does not exist',
      ...exporter,
      'passwort',
      'Deployment postgres-exporter-primary: the Secret postgres-monitor has no key passwort',
    ],
    [
      'a Secret that does not exist',
      'Cluster',
      'postgres',
      'spec.superuserSecret.name',
      'nobody',
      'Cluster postgres: no Secret nobody exists',
    ],
    [
      'a key that nobody reads',
      'ExternalSecret',
      'postgres-superuser',
      'spec.data.2',
      { secretKey: 'STRIPE_KEY', remoteRef: { key: 'freight/postgres', property: 'STRIPE_KEY' } },
      'ExternalSecret postgres-superuser: nothing reads STRIPE_KEY',
    ],
    [
      'a property of another secret',
      'ExternalSecret',
      'fleet',
      'spec.data.2.remoteRef.property',
      'BLIND_INDEX_KEY',
      'ExternalSecret fleet: FIELD_KEYS: use the property FIELD_KEYS instead of BLIND_INDEX_KEY',
    ],
    [
      'an entry of another process',
      'ExternalSecret',
      'fleet',
      'spec.data.0.remoteRef.key',
      'freight/access',
      'ExternalSecret fleet: SUBGRAPH_DATABASE_URL: use the entry freight/fleet instead of freight/access',
    ],
    [
      'an entry of two Secrets',
      'ExternalSecret',
      'postgres-monitor',
      'spec.data.0.remoteRef.key',
      'freight/postgres',
      'ExternalSecret postgres-monitor: the entry freight/postgres belongs to postgres-superuser',
    ],
    [
      'a store that does not exist',
      'ExternalSecret',
      'fleet',
      'spec.secretStoreRef.name',
      'nostore',
      'ExternalSecret fleet: no SecretStore nostore exists',
    ],
  ]);

  test('a Secret that nobody reads', () => {
    const orphan =
      'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: orphan, namespace: freight }\nspec: { secretStoreRef: { kind: SecretStore, name: secrets }, target: { name: orphan }, data: [{ secretKey: STRIPE_KEY, remoteRef: { key: freight/orphan, property: STRIPE_KEY } }] }';
    expect(findingsWithMore(orphan)).toEqual(['ExternalSecret orphan: nothing reads it']);
  });

  test('a value in a file', () => {
    const plain =
      'apiVersion: v1\nkind: Secret\nmetadata: { name: orphan, namespace: freight }\nstringData: { KEY: value }';
    expect(findingsWithMore(plain)).toEqual(['Secret orphan: values of secrets do not belong in a file']);
  });
});
