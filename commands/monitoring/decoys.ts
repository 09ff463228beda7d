import type { ProofSeries } from './proof.ts';

/** A condition of an expression on a label, such as `job!~"gateway|subgraph"`. */
export interface Matcher {
  readonly metric: string;
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** The matchers of an expression, each once. */
export function matchersIn(expr: string): readonly Matcher[] {
  const all = [...expr.matchAll(/([\w:]+)\{([^}]*)\}/g)].flatMap(([, metric = '', labels = '']) =>
    [...labels.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', operator = '', value = '']) => ({
      metric,
      label,
      operator,
      value,
    })),
  );
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Copies of the series that a matcher selects, with a value of the label that it does not select. */
export function decoysOf(matcher: Matcher, series: readonly ProofSeries[]): readonly ProofSeries[] {
  const { metric, label, value } = matcher;
  const other = ['other', ...value.split('|')].find((one) => !selects(matcher, one));
  if (other === undefined) return [];
  const taken = new Set(series.map((one) => one.series));
  return series.flatMap((one) => {
    const found = new RegExp(`^${metric}\\{(?:.*,)?${label}="([^"]*)"`).exec(one.series)?.[1];
    if (found === undefined || !selects(matcher, found)) return [];
    const copy = one.series.replace(`${label}="${found}"`, `${label}="${other}"`);
    const name = taken.has(copy) ? copy.replace('}', `,decoy="${taken.size}"}`) : copy;
    taken.add(name);
    return [{ ...one, series: name }];
  });
}

function selects({ operator, value }: Matcher, text: string): boolean {
  const isEqual = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(text) : text === value;
  return operator.startsWith('!') ? !isEqual : isEqual;
}
