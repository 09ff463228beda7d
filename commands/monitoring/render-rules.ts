import { stringify } from 'yaml';
import { decoysOf, type Matcher, matchersIn } from './decoys.ts';
import { notation, type Phase, type ProofSeries } from './proof.ts';
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
  const recorded = groups.flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule])));
  const tests = {
    rule_files: [ruleFile],
    evaluation_interval: `${evaluationSeconds(stepMinutes)}s`,
    group_eval_order: groups.map(({ name }) => name),
    tests: alerts.flatMap((rule) => {
      const read = recorded.filter(({ record }) => rule.expr.includes(record)).map(({ expr }) => expr);
      const matchers = matchersIn([rule.expr, ...read].join(' '));
      const branches = [rule.proof.series, ...(rule.otherBranch ? [rule.otherBranch] : [])];
      return branches.flatMap((series) => [
        fires(rule, series),
        staysQuiet(rule, series),
        ...matchers.flatMap((matcher) => ignoresOthers(rule, series, matcher)),
      ]);
    }),
  };
  return (
    header('Each alert waits, fires, stays quiet just below its limit, ignores other series, and ends.') +
    stringify(tests, { lineWidth: 0, aliasDuplicateObjects: false })
  );
}

/** Rules that wait for 30 s are evaluated within them. */
const evaluationSeconds = (stepMinutes: number) => (stepMinutes === 1 ? 30 : stepMinutes * 60);

/** The alert fires at the end of the bad phase, after it has waited as long as it should, and has ended after the good one. */
function fires(rule: AlertRule, series: readonly ProofSeries[]): object {
  const { minutes, recoveryMinutes } = rule.proof;
  return test(rule, `${rule.alert} fires and ends`, running(rule, series, 'bad then good'), [
    { expr: firing(rule), eval_time: `${minutes}m`, exp_samples: [{ labels: '{}', value: 1 }] },
    { expr: shortestWait(rule), eval_time: `${minutes}m`, exp_samples: [{ labels: '{}', value: waitOf(rule) }] },
    { expr: firing(rule), eval_time: `${minutes + recoveryMinutes}m`, exp_samples: [] },
  ]);
}

function staysQuiet(rule: AlertRule, series: readonly ProofSeries[]): object {
  return test(rule, `${rule.alert} stays quiet just below its limit`, running(rule, series, 'good'), [
    { expr: firing(rule), eval_time: `${rule.proof.minutes}m`, exp_samples: [] },
  ]);
}

/** Series with another label neither let the alert fire nor keep it from firing. */
function ignoresOthers(rule: AlertRule, series: readonly ProofSeries[], matcher: Matcher): readonly object[] {
  const decoys = decoysOf(matcher, series);
  if (decoys.length === 0) return [];
  const { metric, label, operator, value } = matcher;
  const others = `series without ${metric}{${label}${operator}"${value}"}`;
  const [good, bad] = [running(rule, series, 'good'), running(rule, series, 'bad')];
  const eval_time = `${rule.proof.minutes}m`;
  return [
    test(
      rule,
      `${rule.alert} stays quiet beside bad ${others}`,
      [...good, ...running(rule, decoys, 'bad')],
      [{ expr: firing(rule), eval_time, exp_samples: [] }],
    ),
    test(
      rule,
      `${rule.alert} fires beside good ${others}`,
      [...bad, ...running(rule, decoys, 'good')],
      [{ expr: firing(rule), eval_time, exp_samples: [{ labels: '{}', value: 1 }] }],
    ),
  ];
}

type Input = readonly { readonly series: string; readonly values: string }[];

/** What the series are in these phases. */
function running({ proof }: AlertRule, series: readonly ProofSeries[], course: Phase | 'bad then good'): Input {
  const { minutes, recoveryMinutes, stepMinutes = 1 } = proof;
  const phases = [
    ...repeat(course === 'good' ? 'good' : 'bad', minutes / stepMinutes + 1),
    ...(course === 'bad then good' ? repeat('good', recoveryMinutes / stepMinutes) : []),
  ];
  return series.map((one) => ({ series: one.series, values: notation(one.values(phases, stepMinutes)) }));
}

function test({ proof, severity }: AlertRule, name: string, input: Input, expected: readonly object[]) {
  return {
    name: `${name} (${severity})`,
    interval: `${proof.stepMinutes ?? 1}m`,
    input_series: input,
    promql_expr_test: expected,
  };
}

const firing = (rule: AlertRule): string => `count(ALERTS{${selectorOf(rule)},alertstate="firing"})`;

/** Seconds for which the condition had held when the alert was seen to fire first. */
function shortestWait(rule: AlertRule): string {
  const { minutes, stepMinutes = 1 } = rule.proof;
  const selector = selectorOf(rule);
  const isFiring = `ALERTS_FOR_STATE{${selector}} and ignoring (alertstate) ALERTS{${selector},alertstate="firing"}`;
  return `min_over_time(min(time() - (${isFiring}))[${minutes}m:${evaluationSeconds(stepMinutes)}s])`;
}

/** What `for` says, up to the next evaluation. */
function waitOf({ for: wait, proof }: AlertRule): number {
  const seconds = Number.parseInt(wait, 10) * ({ s: 1, m: 60, h: 3_600 }[wait.at(-1) ?? ''] ?? Number.NaN);
  const interval = evaluationSeconds(proof.stepMinutes ?? 1);
  return Math.ceil(seconds / interval) * interval;
}

function selectorOf({ alert, severity, labels }: AlertRule): string {
  const all = { alertname: alert, severity, ...labels };
  return Object.entries(all)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',');
}

const repeat = (phase: Phase, count: number): Phase[] => Array.from({ length: Math.ceil(count) }, () => phase);
