import type { ReceivedSpan } from './otlp-receiver.ts';

/** The spans of a trace below one of them, as lines in the order of their begin, each indented below its parent. */
export function traceTree(spans: readonly ReceivedSpan[], root: ReceivedSpan): string[] {
  const children = spans
    .filter(({ parentId, traceId }) => parentId === root.spanId && traceId === root.traceId)
    .toSorted((one, other) => Number(one.startedAt - other.startedAt));
  const below = children.flatMap((child) => traceTree(spans, child).map((line) => `  ${line}`));
  return [`${root.service}: ${root.name}`, ...below];
}
