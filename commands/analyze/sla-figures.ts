import { query, queryPoints } from '../deploy/kubernetes/prometheus-figures.ts';
import { type SlaReport, slaOf } from './sla.ts';
import { isWithin, measureTime, readMonth, readRanges } from './sla-time.ts';

/** A month of figures takes Prometheus longer than the figures of a minute. */
const timeoutMs = 60_000;

/** Longer than any Prometheus of the product keeps figures. */
const longAgo = '400d';

const gateways = 'count(count_over_time(gateway_request_outcomes_total[1m])) > bool 0';
const prober = 'avg(avg_over_time(probe_success{job="probe"}[1m]))';

/** What the prober says counts. Without one, a gateway with figures counts as reachable. */
const reachable = `${prober} or (${gateways})`;

/** Responses 5xx of a minute that HAProxy made itself: the figures of its servers have only those that a gateway made. */
const refused = ['backend', 'server']
  .map((of) => `sum(increase(haproxy_${of}_http_responses_total{code="5xx",proxy=~".*gateways"}[2m])) / 2`)
  .join(' - ');

/** Reads the figures of a month from Prometheus. @param except ranges of time that do not count */
export async function readSla(url: string, name: string, now: Date, except = ''): Promise<SlaReport> {
  const month = readMonth(name, now);
  const ranges = readRanges(except);
  const at = `@ ${month.end}`;
  const seconds = Math.max(1, month.end - month.begin);
  const over = `[${seconds}s] ${at}`;
  const byMinute = (expression: string) => queryPoints(url, `(${expression})[${seconds}s:1m] ${at}`, timeoutMs);
  const one = async (expression: string): Promise<number> => {
    const [sample] = await query(url, expression, timeoutMs);
    return sample && Number.isFinite(sample.value) ? sample.value : 0;
  };
  const older = await query(url, `present_over_time((${reachable})[${longAgo}:1h] @ ${month.begin})`, timeoutMs);
  const time = measureTime(month, await byMinute(reachable), { isOlder: older.length > 0, except: ranges });
  const refusals = [...(await byMinute(refused))].filter(([minute]) => !isWithin(minute, ranges));
  const fired = await query(
    url,
    `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}${over}))`,
    timeoutMs,
  );
  return slaOf({
    month: name,
    requests: await one(`sum(increase(gateway_request_outcomes_total{outcome!="cancelled"}${over}))`),
    failed: await one(`sum(increase(gateway_request_outcomes_total{outcome="failed"}${over}))`),
    refused: refusals.reduce((sum, [, count]) => sum + Math.max(0, count), 0),
    p95Ms:
      1_000 *
      (await one(`histogram_quantile(0.95, sum by (le) (increase(gateway_request_duration_seconds_bucket${over})))`)),
    time,
    alerts: Object.fromEntries(fired.map(({ labels, value }) => [labels['alertname'] ?? '', value])),
  });
}
