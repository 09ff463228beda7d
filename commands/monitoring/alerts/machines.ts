import type { MemoryLimits } from '../memory-limits.ts';
import { age, counter, gauge } from '../proof.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';

/** Share of its memory limit at which a process is reported. At the limit it is killed. */
const highShare = 0.85;
const day = 86_400;

function memoryOf(job: 'gateway' | 'subgraph', limit: number): AlertRule {
  const bytes = Math.round(limit * highShare);
  return {
    alert: 'ProcessMemoryHigh',
    severity: 'warning',
    service: 'processes',
    expr: `process_resident_memory_bytes{job="${job}"} > ${bytes}`,
    for: '10m',
    labels: { process: job },
    summary: `{{ $labels.instance }} holds {{ $value | humanize1024 }}B, more than 85 % of its limit.`,
    proof: {
      minutes: 12,

      series: [gauge(`process_resident_memory_bytes{job="${job}",instance="p"}`, bytes + 1, bytes - 1)],
    },
  };
}

function diskFull(share: number, severity: AlertRule['severity']): AlertRule {
  const filter = '{fstype!~"tmpfs|overlay|squashfs"}';
  return {
    alert: 'DiskFull',
    severity,
    service: 'machines',
    expr: `node_filesystem_avail_bytes${filter} / node_filesystem_size_bytes${filter} < ${share}`,
    for: '5m',
    summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} has {{ $value | humanizePercentage }} left.',
    proof: {
      minutes: 7,

      series: [
        gauge('node_filesystem_avail_bytes{mountpoint="/",fstype="ext4"}', share * 1_000 - 1, share * 1_000 + 1),
        gauge('node_filesystem_size_bytes{mountpoint="/",fstype="ext4"}', 1_000, 1_000),
      ],
    },
  };
}

function certificate(days: number, severity: AlertRule['severity']): AlertRule {
  return {
    alert: 'CertificateExpires',
    severity,
    service: 'edge',
    expr: `probe_ssl_earliest_cert_expiry - time() < ${days * day}`,
    for: '10m',
    summary: 'The certificate of {{ $labels.instance }} is valid for {{ $value | humanizeDuration }} more.',
    proof: {
      minutes: 15,
      series: [age('probe_ssl_earliest_cert_expiry{instance="edge"}', -days * day + 60, -days * day - 60)],
    },
  };
}

/** Seconds per minute in which each processor of a machine is idle. */
const idle = (...seconds: readonly number[]) =>
  seconds.map((each, cpu) => counter(`node_cpu_seconds_total{instance="n",cpu="${cpu}",mode="idle"}`, each, each));

export function machines(limits: MemoryLimits): readonly RuleGroup[] {
  return [
    {
      name: 'processes',
      rules: [
        {
          alert: 'ProcessCpuHigh',
          severity: 'warning',
          service: 'processes',
          expr: 'rate(process_cpu_seconds_total{job=~"gateway|subgraph"}[5m]) > 0.85',
          for: '10m',
          summary:
            '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of one core; it runs JavaScript on one.',
          proof: {
            minutes: 20,
            recoveryMinutes: 3,
            series: [counter('process_cpu_seconds_total{job="gateway",instance="g"}', 52, 50)],
          },
        },
        memoryOf('gateway', limits.gateway),
        memoryOf('subgraph', limits.subgraph),
        {
          alert: 'ProcessRestarts',
          severity: 'warning',
          service: 'processes',
          expr: 'changes(process_start_time_seconds{job=~"gateway|subgraph"}[15m]) > 2',
          for: '0m',
          summary: '{{ $labels.instance }} has restarted {{ $value }} times within 15 minutes.',
          proof: {
            minutes: 6,
            recoveryMinutes: 13,
            series: [counter('process_start_time_seconds{job="gateway",instance="g"}', 60, 0)],
          },
        },
      ],
    },
    {
      name: 'machines',
      rules: [
        {
          alert: 'CpuHigh',
          severity: 'warning',
          service: 'machines',
          expr: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.85',
          for: '10m',
          summary:
            'The processors of {{ $labels.instance }} are busy for {{ $value | humanizePercentage }} of the time.',
          proof: {
            minutes: 20,
            recoveryMinutes: 3,
            per: ['instance'],
            series: [counter('node_cpu_seconds_total{instance="n",cpu="0",mode="idle"}', 8, 10)],
            cases: [
              { name: 'one of two processors is busy', alerts: 0, series: idle(0, 60) },
              { name: 'both are busy, one of them always', alerts: 1, series: idle(0, 14) },
            ],
          },
        },
        {
          alert: 'MemoryLow',
          severity: 'critical',
          service: 'machines',
          expr: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.08',
          for: '5m',
          summary: '{{ $labels.instance }} has {{ $value | humanizePercentage }} of its memory left.',
          proof: {
            minutes: 7,

            series: [
              gauge('node_memory_MemAvailable_bytes{instance="n"}', 79, 81),
              gauge('node_memory_MemTotal_bytes{instance="n"}', 1_000, 1_000),
            ],
          },
        },
        diskFull(0.15, 'warning'),
        diskFull(0.05, 'critical'),
        certificate(14, 'warning'),
        certificate(3, 'critical'),
      ],
    },
  ];
}
