import { parser } from '@prometheus-io/lezer-promql';

export type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** A parsed PromQL expression. */
export interface Expression {
  readonly node: SyntaxNode;
  textOf(node: SyntaxNode): string;
}

/** @throws Error for a text that is no expression */
export function parseExpression(expression: string): Expression {
  // Grafana puts in the interval that fits the width of a graph.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const { topNode } = parser.parse(text);
  topNode.cursor().iterate(({ type, from }) => {
    if (type.isError) throw new Error(`no PromQL at character ${from}: ${expression}`);
  });
  return { node: topNode, textOf: ({ from, to }) => text.slice(from, to) };
}

/** The names of the metrics that a PromQL expression reads. @throws Error for a text that is no expression */
export function metricsIn(expression: string): readonly string[] {
  const { node, textOf } = parseExpression(expression);
  return selectorsIn(node).map((selector) => textOf(selector.getChild('Identifier') ?? selector));
}

export function selectorsIn(node: SyntaxNode): readonly SyntaxNode[] {
  return node.name === 'VectorSelector' ? [node] : childrenOf(node).flatMap(selectorsIn);
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}
