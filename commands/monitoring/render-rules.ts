import { stringify } from 'yaml';
import { notation, type Phase } from './proof.ts';
import { type AlertRule, isAlert, type RecordingRule, type RuleGroup, runbookOf } from './rule.ts';

const header = (purpose: string) =>
  `# ${purpose} Written by \`npm run monitoring\` from commands/monitoring: change the descriptions there.\n`;

/** A file of rules for Prometheus. */
export function renderRules(groups: readonly RuleGroup[]): string {
  const all = groups.map(({ name, rules }) => ({ name, rules: rules.map((rule) => renderRule(rule)) }));
  return header('Recording rules and alerts.') + stringify({ groups: all }, { lineWidth: 0 });
}

function renderRule(rule: RecordingRule | AlertRule): object {
  if (!isAlert(rule)) return rule;
  const { alert, expr, severity, service, labels, summary } = rule;
  return {
    alert,
    expr,
    ...(rule.for !== '0m' && { for: rule.for }),
    labels: { severity, service, ...labels },
    annotations: { summary, runbook: runbookOf(rule) },
  };
}

/** The tests of the alerts in a file, for `promtool test rules`, by minutes between two evaluations: days are not evaluated by the minute. */
export function renderTests(groups: readonly RuleGroup[], ruleFile: string): ReadonlyMap<number, string> {
  const alerts = groups.flatMap(({ rules }) => rules.filter(isAlert));
  const byStep = Map.groupBy(alerts, ({ proof }) => proof.stepMinutes ?? 1);
  return new Map([...byStep].map(([step, some]) => [step, renderTestFile(groups, ruleFile, step, some)]));
}

function renderTestFile(
  groups: readonly RuleGroup[],
  ruleFile: string,
  stepMinutes: number,
  alerts: readonly AlertRule[],
): string {
  const tests = {
    rule_files: [ruleFile],
    evaluation_interval: `${stepMinutes}m`,
    group_eval_order: groups.map(({ name }) => name),
    tests: alerts.flatMap((rule) => [fires(rule), staysQuiet(rule)]),
  };
  return header('Each alert fires, stays quiet just below its limit, and ends.') + stringify(tests, { lineWidth: 0 });
}

/** The alert fires at the end of the bad phase, and has ended after the good one. */
function fires(rule: AlertRule): object {
  const { minutes, recoveryMinutes, stepMinutes = 1 } = rule.proof;
  const phases = [...repeat('bad', minutes / stepMinutes + 1), ...repeat('good', recoveryMinutes / stepMinutes)];
  return test(rule, `${rule.alert} fires and ends`, phases, [
    { expr: firing(rule), eval_time: `${minutes}m`, exp_samples: [{ labels: '{}', value: 1 }] },
    { expr: firing(rule), eval_time: `${minutes + recoveryMinutes}m`, exp_samples: [] },
  ]);
}

function staysQuiet(rule: AlertRule): object {
  const { minutes, stepMinutes = 1 } = rule.proof;
  return test(rule, `${rule.alert} stays quiet just below its limit`, repeat('good', minutes / stepMinutes + 1), [
    { expr: firing(rule), eval_time: `${minutes}m`, exp_samples: [] },
  ]);
}

function test({ proof, severity }: AlertRule, name: string, phases: readonly Phase[], expected: readonly object[]) {
  const { stepMinutes = 1, series } = proof;
  return {
    name: `${name} (${severity})`,
    interval: `${stepMinutes}m`,
    input_series: series.map((one) => ({ series: one.series, values: notation(one.values(phases, stepMinutes)) })),
    promql_expr_test: expected,
  };
}

function firing({ alert, severity, labels }: AlertRule): string {
  const all = { alertname: alert, severity, ...labels, alertstate: 'firing' };
  const matchers = Object.entries(all).map(([label, value]) => `${label}="${value}"`);
  return `count(ALERTS{${matchers.join(',')}})`;
}

const repeat = (phase: Phase, count: number): Phase[] => Array.from({ length: Math.ceil(count) }, () => phase);
