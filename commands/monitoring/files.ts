import { allRules } from './all-rules.ts';
import { company } from './dashboards/company.ts';
import { operations } from './dashboards/operations.ts';
import { renderDashboard } from './render-dashboard.ts';
import { renderRules, renderTests } from './render-rules.ts';

export const folders = ['monitoring/prometheus/rules', 'monitoring/prometheus/tests', 'monitoring/grafana/dashboards'];

const dashboards = [...operations, ...company];

/** The content of every generated file by its path. */
export function monitoringFiles(project: string): ReadonlyMap<string, string> {
  const rules = Object.entries(allRules(project)).flatMap(([name, groups]) => [
    [`monitoring/prometheus/rules/${name}.yml`, renderRules(groups)] as const,
    ...[...renderTests(groups, `../rules/${name}.yml`)].map(
      ([step, text]) => [`monitoring/prometheus/tests/${name}${step > 1 ? `-${step}m` : ''}.yml`, text] as const,
    ),
  ]);
  const pages = dashboards.map(
    (dashboard) => [`monitoring/grafana/dashboards/${dashboard.name}.json`, renderDashboard(dashboard)] as const,
  );
  return new Map([...rules, ...pages]);
}
