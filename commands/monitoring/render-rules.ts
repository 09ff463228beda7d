import { stringify } from 'yaml';
import { evaluationSeconds, renderProof } from './render-proof.ts';
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
      return renderProof(rule, read);
    }),
  };
  return (
    header('Each alert waits, fires, stays quiet just below its limit, ignores other series, and ends.') +
    stringify(tests, { lineWidth: 0, aliasDuplicateObjects: false })
  );
}
