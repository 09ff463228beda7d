import { type ProofSeries, relabelled } from './proof.ts';

/** A condition of an expression on a label, such as `job!~"gateway|subgraph"`. */
export interface Matcher {
  readonly metrics: readonly string[];
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** The matchers of an expression, each once with all its metrics. */
export function matchersIn(expr: string): readonly Matcher[] {
  const all = [...expr.matchAll(/([\w:]+)\{([^}]*)\}/g)].flatMap(([, metric = '', labels = '']) =>
    [...labels.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', operator = '', value = '']) => ({
      metric,
      condition: { label, operator, value },
    })),
  );
  return [...Map.groupBy(all, ({ condition }) => JSON.stringify(condition)).values()].map((same) => ({
    ...same[0]!.condition, // a group has one at least
    metrics: [...new Set(same.map(({ metric }) => metric))],
  }));
}

/** Copies of the series that a matcher selects, for each value that it names and does not select, or for another one. */
export function decoysOf(matcher: Matcher, series: readonly ProofSeries[]): readonly (readonly ProofSeries[])[] {
  const named = alternativesOf(matcher).filter((one) => !selects(matcher, one));
  const others = named.length > 0 ? named : ['other'].filter((one) => !selects(matcher, one));
  return others.map((other) => copies(matcher, series, other)).filter((some) => some.length > 0);
}

/** For each of several values that a matcher selects: the series with this value in place of another one. */
export function variantsOf(matcher: Matcher, series: readonly ProofSeries[]): readonly (readonly ProofSeries[])[] {
  const values = alternativesOf(matcher).filter((one) => selects(matcher, one));
  if (values.length < 2) return [];
  const own = series.filter((one) => isSelected(matcher, one));
  return values.map((value) => series.map((one) => (own.includes(one) ? relabelled(one, matcher.label, value) : one)));
}

function copies(matcher: Matcher, series: readonly ProofSeries[], value: string): readonly ProofSeries[] {
  const taken = new Set(series.map((one) => one.series));
  return series.flatMap((one) => {
    if (!isSelected(matcher, one)) return [];
    const copy = relabelled(one, matcher.label, value);
    const free = taken.has(copy.series) ? relabelled(copy, 'decoy', String(taken.size)) : copy;
    taken.add(free.series);
    return [free];
  });
}

function isSelected(matcher: Matcher, { series }: ProofSeries): boolean {
  const [, metric = '', labels = ''] = /^([\w:]+)\{(.*)\}$/.exec(series) ?? [];
  const found = new RegExp(`(?:^|,)${matcher.label}="([^"]*)"`).exec(labels)?.[1];
  return matcher.metrics.includes(metric) && found !== undefined && selects(matcher, found);
}

const alternativesOf = ({ value }: Matcher): readonly string[] => value.split('|');

function selects({ operator, value }: Matcher, text: string): boolean {
  const isEqual = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(text) : text === value;
  return operator.startsWith('!') ? !isEqual : isEqual;
}
