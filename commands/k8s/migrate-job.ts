import type { IJob } from 'kubernetes-models/batch/v1';
import { labelsOf } from './labels.ts';
import { podOf } from './pod.ts';

export const migrateName = 'migrate';

/** Runs once per release. The finished job is removed, so that the next release can apply it again. */
export function migrateJob(): IJob {
  const container = {
    name: 'process',
    args: ['commands/migrate.ts'],
    envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: migrateName } }],
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: migrateName, labels: labelsOf(migrateName) },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: 1_800,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels: labelsOf(migrateName) },
        spec: { ...podOf(migrateName, container), restartPolicy: 'Never' },
      },
    },
  };
}
