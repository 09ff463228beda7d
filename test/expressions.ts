import { parser } from '@prometheus-io/lezer-promql';

/** The names of the metrics that a PromQL expression reads. @throws Error for a text that is no expression */
export function metricsIn(expression: string): readonly string[] {
  // Grafana puts in the interval that fits the width of a graph.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const names: string[] = [];
  parser.parse(text).iterate({
    enter({ name, from, to, node }) {
      if (node.type.isError) throw new Error(`no PromQL at character ${from}: ${expression}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') names.push(text.slice(from, to));
    },
  });
  return names;
}
