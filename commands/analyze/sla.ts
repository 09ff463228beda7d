import type { MeasuredTime } from './sla-time.ts';

/** Share of the requests that must not fail because of the graph. */
const objective = 0.9995;

/** Part of a month whose figures speak for all of it. */
const wholeMonth = 0.99;

interface MonthFigures {
  readonly month: string;
  /** Requests that reached a gateway. */
  readonly requests: number;
  /** Requests that failed in a gateway because of the graph. */
  readonly failed: number;
  /** Requests that the proxy refused, because no gateway responded. */
  readonly refused: number;
  readonly p95Ms: number;
  readonly time: MeasuredTime;
  readonly alerts: Readonly<Record<string, number>>;
}

export interface SlaReport extends MonthFigures {
  /** Requests that clients would have sent, at the mean rate of the month, while they could not reach a gateway. */
  readonly lost: number;
  readonly availability: number;
  readonly objective: number;
  /** Part of the failures that the objective allows; above 1 it is missed. */
  readonly budgetUsed: number;
  /** Part of the month for which Prometheus has figures. */
  readonly covered: number;
  readonly outcome: 'met' | 'missed' | 'not measured';
}

/** Compares a month with the objective. */
export function slaOf(month: MonthFigures): SlaReport {
  const { requests, failed, refused, time } = month;
  const reachable = time.expected - time.unreachable;
  // The proxy counts what it refuses while no gateway is there. These requests are not lost a second time.
  const lost = reachable > 0 ? Math.max(0, (requests / reachable) * time.unreachable - refused) : 0;
  const all = requests + refused + lost;
  const unavailability = all > 0 ? (failed + refused + lost) / all : time.unreachable / time.expected;
  const covered = time.all > 0 ? time.covered / time.all : 0;
  const availability = 1 - unavailability;
  return {
    ...month,
    lost,
    availability,
    objective,
    budgetUsed: unavailability / (1 - objective),
    covered,
    outcome: outcomeOf(availability, covered),
  };
}

/** A month that misses the objective has missed it, whatever its missing figures would say. */
function outcomeOf(availability: number, covered: number): SlaReport['outcome'] {
  if (covered > 0 && availability < objective) return 'missed';
  return covered < wholeMonth ? 'not measured' : 'met';
}

export function renderSla(report: SlaReport): string {
  const { month, requests, failed, refused, lost, availability, budgetUsed, p95Ms, time, covered, alerts, outcome } =
    report;
  const percent = (share: number, digits: number) =>
    Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : 'unknown';
  const whole = (count: number) => Math.round(count).toLocaleString('en-US');
  return [
    `# Service level of ${month}`,
    '',
    `The objective is ${percent(objective, 2)} of the requests without a failure of the graph: **${outcome}**. Prometheus has figures of ${percent(covered, 1)} of the month.`,
    '',
    '| figure | |',
    '|---|--:|',
    `| requests that reached a gateway | ${whole(requests)} |`,
    `| failed because of the graph | ${whole(failed)} |`,
    `| refused by the proxy, because no gateway responded | ${whole(refused)} |`,
    `| minutes in which no gateway was reachable, or no figures exist | ${whole(time.unreachable / 60)} |`,
    `| other requests lost in these minutes, at the mean rate | ${whole(lost)} |`,
    `| availability | ${percent(availability, 3)} |`,
    `| error budget used | ${percent(budgetUsed, 1)} |`,
    `| p95 | ${Math.round(p95Ms)} ms |`,
    `| part of the month with figures | ${percent(covered, 1)} |`,
    '',
    '## Alerts that fired',
    ...(Object.keys(alerts).length > 0
      ? Object.entries(alerts).map(([name, count]) => `- ${name}: ${count}`)
      : ['None.']),
    '',
  ].join('\n');
}
