import { childrenOf, parseExpression, type SyntaxNode, selectorsIn } from './expressions.ts';

/** The values of a label, as far as they are known. */
export type LabelValues = ReadonlySet<string> | 'open';

/** Labels of metrics, by the name of the metric. */
export type KnownMetrics = ReadonlyMap<string, ReadonlyMap<string, LabelValues>>;

export interface LabelReading {
  /** The labels of the result. */
  readonly labels: ReadonlySet<string>;
  /** Labels and values that the metrics do not have, and operands that can never match. */
  readonly faults: readonly string[];
}

type Labels = ReadonlySet<string>;
const none: Labels = new Set();
/** Aggregations that keep series as they are. */
const keeping: ReadonlySet<string> = new Set(['topk', 'bottomk']);
/** Functions whose labels this reader does not follow. */
const unread = /^(?:label_replace|label_join|scalar|absent_over_time)$/;

/** Follows labels through a PromQL expression as Prometheus does. */
export function readLabels(expression: string, known: KnownMetrics): LabelReading {
  const { node, textOf } = parseExpression(expression);
  const faults: string[] = [];
  return { labels: labelsOf(node), faults };

  function labelsOf(one: SyntaxNode): Labels {
    switch (one.name) {
      case 'VectorSelector':
        return ofSelector(one);
      case 'AggregateExpr':
        return ofAggregation(one);
      case 'BinaryExpr':
        return ofBinary(one);
      case 'FunctionCall':
        return ofFunction(one);
      default:
        return childrenOf(one).reduce<Labels>((all, child) => all.union(labelsOf(child)), none);
    }
  }

  function ofSelector(selector: SyntaxNode): Labels {
    const name = selector.getChild('Identifier');
    const metric = textOf(name ?? selector);
    const labels = known.get(metric);
    if (!labels) faults.push(`${metric} is not known`);
    else for (const matcher of matchersOf(selector)) checkMatcher(metric, labels, matcher);
    return new Set(labels?.keys());
  }

  function checkMatcher(metric: string, labels: ReadonlyMap<string, LabelValues>, matcher: Matcher): void {
    const { label, operator, value } = matcher;
    const values = labels.get(label);
    if (!values) faults.push(`${metric} has no label ${label}`);
    if (!values || values === 'open') return;
    const isPattern = operator.endsWith('~');
    for (const one of isPattern ? value.split('|') : [value]) {
      const fits = isPattern ? (text: string) => new RegExp(`^(?:${one})$`).test(text) : (text: string) => text === one;
      if (![...values].some(fits)) faults.push(`${metric} has no ${label} "${one}"`);
    }
  }

  function matchersOf(selector: SyntaxNode): readonly Matcher[] {
    const matchers = selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
    return matchers.map((matcher) => {
      const [label = '', operator = '', value = ''] = childrenOf(matcher).map(textOf);
      return { label, operator, value: value.slice(1, -1) };
    });
  }

  function ofAggregation(aggregation: SyntaxNode): Labels {
    const operator = textOf(aggregation.firstChild ?? aggregation);
    const modifier = aggregation.getChild('AggregateModifier');
    const inner = childrenOf(aggregation)
      .filter(({ name }) => name === 'FunctionCallBody')
      .reduce<Labels>((all, child) => all.union(labelsOf(child)), none);
    const named = modifier ? namesIn(modifier) : none;
    require(named, inner, operator);
    if (keeping.has(operator)) return inner;
    if (modifier?.getChild('Without')) return inner.difference(named);
    return named;
  }

  function ofFunction(call: SyntaxNode): Labels {
    const name = textOf(call.firstChild ?? call);
    if (unread.test(name)) throw new Error(`the labels of ${name}() are not followed: teach readLabels to do it`);
    const inner = childrenOf(call).reduce<Labels>((all, child) => all.union(labelsOf(child)), none);
    if (name === 'absent') {
      const matchers = selectorsIn(call).flatMap(matchersOf);
      return new Set(matchers.filter(({ operator }) => operator === '=').map(({ label }) => label));
    }
    if (name !== 'histogram_quantile') return inner;
    require(new Set(['le']), inner, name);
    return inner.difference(new Set(['le']));
  }

  function ofBinary(binary: SyntaxNode): Labels {
    const [first = binary, ...rest] = childrenOf(binary);
    const last = rest.at(-1) ?? first;
    const [left, right] = [labelsOf(first), labelsOf(last)];
    if (!isVector(first) || !isVector(last) || binary.getChild('Or')) return left.union(right);
    const clause = binary.getChild('MatchingModifierClause');
    const [named = none, added = none] = (clause?.getChildren('GroupingLabels') ?? []).map(namesIn);
    require(added, right, 'group_left');
    if (clause?.getChild('GroupRight')) throw new Error('group_right is not followed: teach readLabels to do it');
    const isOn = clause?.getChild('On');
    if (isOn) require(named, left.intersection(right), 'on');
    else {
      require(named, left.union(right), 'ignoring');
      const alone = left.symmetricDifference(right).difference(named);
      if (alone.size > 0) faults.push(`the operands never match: only one has ${[...alone].join(', ')}`);
    }
    if (binary.getChild('And') || binary.getChild('Unless')) return left;
    if (clause?.getChild('GroupLeft')) return left.union(added);
    return isOn ? named : left.difference(named);
  }

  function namesIn(list: SyntaxNode): Labels {
    const names = childrenOf(list).flatMap((child) =>
      child.name === 'LabelName' ? [textOf(child)] : [...namesIn(child)],
    );
    return new Set(names);
  }

  function isVector(one: SyntaxNode): boolean {
    return one.name === 'VectorSelector' || one.name === 'Vector' || childrenOf(one).some(isVector);
  }

  function require(wanted: Labels, there: Labels, place: string): void {
    for (const label of wanted.difference(there)) faults.push(`${place} names ${label}, which the series do not have`);
  }
}

interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** Labels that a text shows, as `{{label}}` or `{{ $labels.label }}`, but that the series do not have. */
export function missingIn(text: string, labels: Labels): readonly string[] {
  const shown = [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-zA-Z_]\w*)/g)].map(([, label = '']) => label);
  return shown.filter((label) => !labels.has(label));
}
