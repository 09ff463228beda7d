import { decoysOf, type Matcher, matchersIn, variantsOf } from './decoys.ts';
import { notation, type Phase, type ProofSeries, relabelled } from './proof.ts';
import type { AlertRule } from './rule.ts';

/** Seconds between two evaluations. Rules that wait for 30 s are evaluated within them. */
export const evaluationSeconds = (stepMinutes: number): number => (stepMinutes === 1 ? 30 : stepMinutes * 60);

/** The tests of an alert. @param read the expressions of the recording rules that it reads */
export function renderProof(rule: AlertRule, read: readonly string[]): readonly object[] {
  const matchers = matchersIn([rule.expr, ...read].join(' '));
  const branches = [rule.proof.series, ...(rule.otherBranch ? [rule.otherBranch] : [])];
  return [
    ...branches.flatMap((series) => [
      fires(rule, series),
      ends(rule, 'stays quiet just below its limit', running(rule, series, 'good'), 0),
      ...matchers.flatMap((matcher) => readsLabels(rule, series, matcher)),
    ]),
    ...several(rule, rule.proof.series),
    ...separate(rule, rule.proof.series),
    ...cases(rule),
  ];
}

/** The alert fires at the end of the bad phase, after it has waited as long as it should, and ends when it should after the good one. */
function fires(rule: AlertRule, series: readonly ProofSeries[]): object {
  const { minutes, stepMinutes = 1, recoveryMinutes = stepMinutes } = rule.proof;
  const at = (minute: number, alerts: number) => ({
    expr: firing(rule),
    eval_time: `${minute}m`,
    exp_samples: samples(alerts),
  });
  return test(rule, `${rule.alert} fires and ends`, running(rule, series, 'bad then good'), [
    at(minutes, 1),
    { expr: shortestWait(rule), eval_time: `${minutes}m`, exp_samples: [sample(waitOf(rule))] },
    ...(recoveryMinutes > stepMinutes ? [at(minutes + recoveryMinutes - stepMinutes, 1)] : []),
    at(minutes + recoveryMinutes, 0),
  ]);
}

/** Series with another label neither let the alert fire nor keep it from firing; each value that a matcher names lets it fire. */
function readsLabels(rule: AlertRule, series: readonly ProofSeries[], matcher: Matcher): readonly object[] {
  const { metrics, label, operator, value } = matcher;
  const matched = `${metrics.join(' and ')}{${label}${operator}"${value}"}`;
  const [good, bad] = [running(rule, series, 'good'), running(rule, series, 'bad')];
  return [
    ...decoysOf(matcher, series).flatMap((decoys) => [
      ends(rule, `stays quiet beside bad series without ${matched}`, [...good, ...running(rule, decoys, 'bad')], 0),
      ends(rule, `fires beside good series without ${matched}`, [...bad, ...running(rule, decoys, 'good')], 1),
    ]),
    ...variantsOf(matcher, series).map((variant) =>
      ends(rule, `fires for each value of ${matched}`, running(rule, variant, 'bad'), 1),
    ),
  ];
}

/** What the alert does about several processes or machines. */
function several(rule: AlertRule, series: readonly ProofSeries[]): readonly object[] {
  const copy = (n: number) => series.map((one) => relabelled(one, 'copy', String(n)));
  const input = (...phases: Phase[]) => phases.flatMap((phase, n) => running(rule, copy(n), phase));
  switch (rule.proof.ofSeveral) {
    case 'one':
      return [
        ends(rule, 'fires for one of two', input('bad', 'good'), 1),
        ends(rule, 'stays quiet for two just below its limit', input('good', 'good'), 0),
      ];
    case 'all':
      return [
        ends(rule, 'fires for two', input('bad', 'bad'), 1),
        ends(rule, 'stays quiet if one of three is good', input('bad', 'bad', 'good'), 0),
      ];
    default:
      return [];
  }
}

function separate(rule: AlertRule, series: readonly ProofSeries[]): readonly object[] {
  return (rule.proof.per ?? []).map((label) => {
    const others = series.map((one) => relabelled(one, label, 'another'));
    return ends(rule, `fires for each ${label}`, running(rule, [...series, ...others], 'bad'), 2);
  });
}

function cases(rule: AlertRule): readonly object[] {
  return (rule.proof.cases ?? []).map(({ name, alerts, series }) =>
    ends(rule, `${alerts > 0 ? 'fires' : 'stays quiet'}: ${name}`, running(rule, series, 'bad'), alerts),
  );
}

/** A test of how many alerts fire at the end of the bad phase. */
function ends(rule: AlertRule, what: string, input: Input, alerts: number): object {
  const expected = { expr: firing(rule), eval_time: `${rule.proof.minutes}m`, exp_samples: samples(alerts) };
  return test(rule, `${rule.alert} ${what}`, input, [expected]);
}

const sample = (value: number) => ({ labels: '{}', value });
const samples = (alerts: number) => (alerts > 0 ? [sample(alerts)] : []);

type Input = readonly { readonly series: string; readonly values: string }[];

/** What the series are in these phases. */
function running({ proof }: AlertRule, series: readonly ProofSeries[], course: Phase | 'bad then good'): Input {
  const { minutes, stepMinutes = 1, recoveryMinutes = stepMinutes } = proof;
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
