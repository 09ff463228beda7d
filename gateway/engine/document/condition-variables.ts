import { type DocumentNode, Kind, visit } from 'graphql';

const CONDITIONAL = new Set(['skip', 'include', 'defer']);

/** The variables in `@skip`, `@include` and `@defer`: they decide which parts of a document are included or deferred. */
export function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      if (!CONDITIONAL.has(node.name.value)) return;
      for (const { name, value } of node.arguments ?? []) {
        if (name.value === 'if' && value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
    },
  });
  return [...names];
}
