import { needs } from '#shared/runtime/config.ts';
import { query } from '../deploy/kubernetes/prometheus-figures.ts';

/** Share of the requests that must not fail because of the graph. */
const objective = 0.9995;

/** Part of a month whose figures speak for all of it. */
const wholeMonth = 0.95;

export interface SlaReport {
  readonly month: string;
  readonly requests: number;
  readonly failed: number;
  readonly availability: number;
  readonly objective: number;
  /** Part of the failures that the objective allows; above 1 it is missed. */
  readonly budgetUsed: number;
  readonly p95Ms: number;
  /** Part of the month for which Prometheus has figures. */
  readonly covered: number;
  readonly alerts: Readonly<Record<string, number>>;
  readonly met: boolean;
}

interface Month {
  readonly end: Date;
  readonly seconds: number;
}

/** @throws ConfigurationError for a month in another form, and for one that has not begun */
export function readMonth(text: string, now: Date): Month {
  const begin = new Date(`${text}-01T00:00:00Z`);
  if (!/^\d{4}-\d{2}$/.test(text) || Number.isNaN(begin.getTime()) || begin > now)
    throw needs('--sla', 'the current month or a past one, such as 2026-11', text);
  const next = new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1, 1));
  const end = next < now ? next : now;
  return { end, seconds: Math.floor((end.getTime() - begin.getTime()) / 1_000) };
}

/** Computes the availability of a month from the outcomes of all gateways. @param url of Prometheus */
export async function readSla(url: string, month: string, now: Date): Promise<SlaReport> {
  const { end, seconds } = readMonth(month, now);
  const at = `@ ${Math.floor(end.getTime() / 1_000)}`;
  const over = `[${seconds}s] ${at}`;
  const one = async (expression: string): Promise<number> => {
    const [sample] = await query(url, expression);
    return sample && Number.isFinite(sample.value) ? sample.value : 0;
  };
  const requests = await one(`sum(increase(gateway_request_outcomes_total{outcome!="cancelled"}${over}))`);
  const failed = await one(`sum(increase(gateway_request_outcomes_total{outcome="failed"}${over}))`);
  const p95 = await one(
    `histogram_quantile(0.95, sum by (le) (increase(gateway_request_duration_seconds_bucket${over})))`,
  );
  const stepSeconds = Math.max(60, Math.ceil(seconds / 10_000));
  const present = await one(
    `count_over_time((count(gateway_request_outcomes_total) > 0)[${seconds}s:${stepSeconds}s] ${at})`,
  );
  const fired = await query(url, `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}${over}))`);
  return slaOf({
    month,
    requests,
    failed,
    p95Ms: p95 * 1_000,
    covered: Math.min(1, (present * stepSeconds) / seconds),
    alerts: Object.fromEntries(fired.map(({ labels, value }) => [labels['alertname'] ?? '', value])),
  });
}

/** Compares a month with the objective. */
export function slaOf(month: Omit<SlaReport, 'availability' | 'objective' | 'budgetUsed' | 'met'>): SlaReport {
  const { requests, failed } = month;
  const availability = requests > 0 ? 1 - failed / requests : Number.NaN;
  return {
    ...month,
    availability,
    objective,
    budgetUsed: requests > 0 ? failed / (requests * (1 - objective)) : Number.NaN,
    met: availability >= objective,
  };
}

export function renderSla(report: SlaReport): string {
  const { month, requests, failed, availability, budgetUsed, p95Ms, covered, alerts, met } = report;
  const percent = (share: number, digits: number) => `${(share * 100).toFixed(digits)} %`;
  const measured = `${met ? 'met' : 'missed'}${covered < wholeMonth ? ` in the ${percent(covered, 1)} of the month that has figures` : ''}`;
  const outcome = requests > 0 ? measured : 'not measured: Prometheus has no requests of this month';
  return [
    `# Service level of ${month}`,
    '',
    `The objective is ${percent(objective, 2)} of the requests without a failure of the graph: **${outcome}**.`,
    '',
    '| figure | |',
    '|---|--:|',
    `| requests | ${Math.round(requests).toLocaleString('en-US')} |`,
    `| failed because of the graph | ${Math.round(failed).toLocaleString('en-US')} |`,
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
