import type { DrillReport } from './drill.ts';

/** Lines about all reports: how long alerts and clients took to notice a fault. */
export function summarize(reports: readonly DrillReport[]): readonly string[] {
  const cases = reports.flatMap(({ cases: all }) => all);
  const alerts = cases.flatMap(({ alertsMs = {} }) => Object.entries(alertsMs));
  const noticed = cases.flatMap(({ detectedMs }) => detectedMs ?? []);
  const missed = reports.flatMap(({ drill, bars }) => bars.filter(({ met }) => !met).map(({ id }) => `${drill} ${id}`));
  return [
    `${reports.length} reports with ${cases.length} cases; missed bars: ${missed.join(', ') || 'none'}.`,
    ...alerts.map(([alert, ms]) => `${alert} fired after ${seconds(ms)} s.`),
    `Mean time to detect: ${describeMean(alerts.map(([, ms]) => ms))} by an alert, ${describeMean(noticed)} by the first request that failed.`,
  ];
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

function describeMean(values: readonly number[]): string {
  if (values.length === 0) return 'not measured';
  return `${seconds(values.reduce((sum, one) => sum + one, 0) / values.length)} s (${values.length} measured)`;
}
