import { age, counter, gauge } from '../proof.ts';
import type { RuleGroup } from '../rule.ts';

const hour = 3_600;

export const backups: RuleGroup = {
  name: 'backups',
  rules: [
    {
      alert: 'BackupLate',
      severity: 'critical',
      service: 'backups',
      expr: 'time() - max(freight_backup_last_success_timestamp_seconds) > 26 * 3600 or absent(freight_backup_last_success_timestamp_seconds)',
      for: '30m',
      summary: 'No base backup has succeeded within 26 hours.',
      proof: {
        minutes: 40,
        ofSeveral: 'all',
        series: [age('freight_backup_last_success_timestamp_seconds', 26 * hour + 60, 26 * hour - 60)],
      },
      otherBranch: [gauge('freight_backup_last_success_timestamp_seconds', undefined, 1e9)],
    },
    {
      alert: 'WalArchiveLate',
      severity: 'critical',
      service: 'backups',
      expr: 'max(pg_stat_archiver_last_archive_age) > 300 or sum(increase(pg_stat_archiver_failed_count[10m])) > 0',
      for: '1m',
      summary: 'Changes are not archived, so that a restore would lose more than 5 minutes.',
      proof: {
        minutes: 3,

        ofSeveral: 'one',
        series: [gauge('pg_stat_archiver_last_archive_age', 301, 299)],
        cases: [
          {
            name: 'archiving fails now and then',
            alerts: 1,
            series: [counter('pg_stat_archiver_failed_count', 0.5, 0.5)],
          },
          {
            name: 'archiving failed long ago',
            alerts: 0,
            series: [gauge('pg_stat_archiver_failed_count', 5, 5), gauge('pg_stat_archiver_last_archive_age', 1, 1)],
          },
        ],
      },
    },
    {
      alert: 'RestoreTestLate',
      severity: 'warning',
      service: 'backups',
      expr: 'time() - max(freight_restore_test_last_success_timestamp_seconds) > 8 * 86400 or absent(freight_restore_test_last_success_timestamp_seconds)',
      for: '1h',
      summary: 'No backup was restored as a test within 8 days.',
      proof: {
        minutes: 70,
        ofSeveral: 'all',
        series: [age('freight_restore_test_last_success_timestamp_seconds', 8 * 24 * hour + 60, 8 * 24 * hour - 60)],
      },
      otherBranch: [gauge('freight_restore_test_last_success_timestamp_seconds', undefined, 1e9)],
    },
  ],
};
