import { describe, expect, test } from '@jest/globals';
import { type FieldRow, findingsWith, testFields } from './kubernetes-base.ts';

describe('an autoscaler with other figures than those of issue 12 is found', () => {
  const metrics = 'spec.metrics';
  testFields([
    [
      'other numbers of pods',
      'HorizontalPodAutoscaler',
      'fleet',
      'spec.minReplicas',
      9,
      'HorizontalPodAutoscaler fleet: use 3 to 20 pods instead of 9 to 20',
    ],
    [
      'one pod',
      'HorizontalPodAutoscaler',
      'fleet',
      'spec.minReplicas',
      1,
      'HorizontalPodAutoscaler fleet: use 2 or more pods, and fewer than maxReplicas, instead of 1',
    ],
    [
      'too much CPU',
      'HorizontalPodAutoscaler',
      'fleet',
      `${metrics}.0.resource.target.averageUtilization`,
      700,
      'HorizontalPodAutoscaler fleet: use 70 % of cpu instead of 700',
    ],
    [
      'no memory',
      'HorizontalPodAutoscaler',
      'fleet',
      `${metrics}.1`,
      undefined,
      'HorizontalPodAutoscaler fleet: use 80 % of memory instead of nothing',
    ],
    [
      'no behavior',
      'HorizontalPodAutoscaler',
      'fleet',
      'spec.behavior',
      undefined,
      'HorizontalPodAutoscaler fleet: behavior: up by 100 % per 60 s at once and down by 25 % per 60 s after 300 s are required',
    ],
    [
      'a metric that nobody serves',
      'HorizontalPodAutoscaler',
      'gateway',
      `${metrics}.2.pods.metric.name`,
      'gateway_subscriptions',
      'HorizontalPodAutoscaler gateway: no rule of prometheus-adapter serves gateway_subscriptions',
    ],
    [
      'another kind of target',
      'HorizontalPodAutoscaler',
      'gateway',
      'spec.scaleTargetRef.kind',
      'StatefulSet',
      'HorizontalPodAutoscaler gateway: no StatefulSet gateway exists',
    ],
    [
      'another target',
      'HorizontalPodAutoscaler',
      'fleet',
      'spec.scaleTargetRef.name',
      'gateway',
      'Deployment fleet: it does not grow with its load: add a HorizontalPodAutoscaler.',
    ],
    [
      'a second one that acts',
      'VerticalPodAutoscaler',
      'fleet',
      'spec.updatePolicy.updateMode',
      'Auto',
      'VerticalPodAutoscaler fleet: updateMode: use Off instead of Auto',
    ],
    [
      'an unknown target',
      'VerticalPodAutoscaler',
      'fleet',
      'spec.targetRef.name',
      'flet',
      'VerticalPodAutoscaler fleet: no Deployment flet exists',
    ],
  ]);
});

describe('a database or Redis that may lose data is found', () => {
  const cluster = (title: string, path: string, value: unknown, expected: string): FieldRow => [
    title,
    'Cluster',
    'postgres',
    path,
    value,
    `Cluster postgres: ${expected}`,
  ];
  testFields([
    cluster('one instance', 'spec.instances', 1, 'use 3 or more instances instead of 1'),
    cluster('no synchronous standby', 'spec.postgresql.synchronous', undefined, 'a synchronous standby is required'),
    cluster(
      'writes without a standby',
      'spec.postgresql.synchronous.dataDurability',
      'preferred',
      'dataDurability: required is required',
    ),
    cluster(
      'no archive of the log',
      'spec.plugins',
      undefined,
      'the plugin barman-cloud.cloudnative-pg.io with isWALArchiver: true is required',
    ),
    cluster('an unknown store', 'spec.plugins.0.parameters.barmanObjectName', 'backup', 'no ObjectStore backup exists'),
    cluster(
      'limits below requests',
      'spec.resources.limits.memory',
      '8Gi',
      'the request of memory, 32Gi, is above the limit, 8Gi',
    ),
    cluster(
      'unknown queries',
      'spec.monitoring.customQueriesConfigMap.0.key',
      'query.yaml',
      'no ConfigMap postgres-queries with the key query.yaml exists',
    ),
    [
      'backups of another database',
      'ScheduledBackup',
      'daily',
      'spec.cluster.name',
      'postgre',
      'Cluster postgres: a ScheduledBackup is required',
    ],
    [
      'a schedule without seconds',
      'ScheduledBackup',
      'daily',
      'spec.schedule',
      '0 2 * * *',
      'ScheduledBackup daily: use a time of every day, such as 0 0 2 * * *, instead of 0 2 * * *',
    ],
  ]);

  test.each([
    ['no append-only file', 'appendonly yes', 'appendonly no', 'use appendonly yes instead of no'],
    [
      'more memory than its container',
      'maxmemory 768mb',
      'maxmemory 8gb',
      'use a maxmemory below the limit of the container instead of 8gb',
    ],
  ])('Redis with %s', (_title, before, after, expected) => {
    expect(findingsWith('ConfigMap', 'redis-files', before, after)).toContain(
      `ConfigMap redis-files: redis.conf: ${expected}`,
    );
  });
});
