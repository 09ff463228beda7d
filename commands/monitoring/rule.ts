import type { ProofSeries } from './proof.ts';

export type Severity = 'critical' | 'warning';

/** A series that Prometheus computes ahead, so that alerts and dashboards read it quickly. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface AlertRule {
  /** In words without blanks, such as JobsWaitLong. The page docs/runbooks/jobs-wait-long.md says what to do. */
  readonly alert: string;
  readonly severity: Severity;
  /** The part of the system, which groups notifications. */
  readonly service: string;
  readonly expr: string;
  /** How long the condition must hold, such as 5m. */
  readonly for: string;
  /** One sentence for the notification. It may use `{{ $labels.NAME }}` and `{{ $value }}`. */
  readonly summary: string;
  /** Labels of its own, which tell it from an alert of the same name and severity. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly proof: Proof;
  /** Of an expression with `or`: the series with which its other branch fires. The times are those of `proof`. */
  readonly otherBranch?: readonly ProofSeries[];
}

/** How the alert is tested: it fires after `minutes` of bad values, not at all with good ones, and ends when values are good again. */
export interface Proof {
  readonly minutes: number;
  /** Minutes of good values after which the alert ends, and no sooner. Default: those of one step. */
  readonly recoveryMinutes?: number;
  /** Minutes between two samples. Default: 1. */
  readonly stepMinutes?: number;
  readonly series: readonly ProofSeries[];
  /** Of several processes or machines with these series: one bad one is enough, or all must be bad. */
  readonly ofSeveral?: 'one' | 'all';
  /** Labels that tell alerts apart: two bad ones are two alerts. */
  readonly per?: readonly string[];
  readonly cases?: readonly ProofCase[];
}

/** Series for the bad phase, and how many alerts fire at its end. */
export interface ProofCase {
  readonly name: string;
  readonly alerts: number;
  readonly series: readonly ProofSeries[];
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

export const isAlert = (rule: RecordingRule | AlertRule): rule is AlertRule => 'alert' in rule;

/** JobsWaitLong → docs/runbooks/jobs-wait-long.md */
export function runbookOf({ alert }: Pick<AlertRule, 'alert'>): string {
  const words = alert.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  return `docs/runbooks/${words}.md`;
}
