import { setTimeout as delay } from 'node:timers/promises';
import { readAlerts, readSamples } from '../prometheus.ts';

const measuredMs = 120_000;

/** What the alerts about backups read. */
const metrics = [
  'freight_backup_last_success_timestamp_seconds',
  'freight_restore_test_last_success_timestamp_seconds',
  'pg_stat_archiver_last_archive_age',
];
const watched = ['BackupLate', 'RestoreTestLate', 'WalArchiveLate'];

/**
 * Waits until Prometheus has read every metric about backups and no alert about them is active.
 * @returns what is missing or active after two minutes
 */
export async function findBackupFaults(): Promise<readonly string[]> {
  const until = Date.now() + measuredMs;
  for (;;) {
    const faults = await readFaults();
    if (faults.length === 0 || Date.now() > until) return faults;
    await delay(1_000);
  }
}

async function readFaults(): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const metric of metrics) if ((await readSamples(metric)).length === 0) missing.push(metric);
  const active = (await readAlerts()).map(({ labels }) => labels['alertname'] ?? '');
  return [...missing, ...active.filter((name) => watched.includes(name))];
}
