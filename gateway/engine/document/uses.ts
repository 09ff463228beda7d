import { type ASTNode, type FragmentDefinitionNode, Kind, visit } from 'graphql';
import type { Fragments } from './fragments.ts';

/** The fragments and variables that parts of a document use, also through the fragments that they spread. */
export interface Uses {
  readonly fragments: Fragments;
  readonly variables: ReadonlySet<string>;
}

/** Finds the fragments and variables that parts of a document use. @param all the document's named fragments */
export function findUses(parts: readonly ASTNode[], all: Fragments): Uses {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  for (const part of parts) collect(part);
  return { fragments, variables };

  function collect(part: ASTNode): void {
    visit(part, {
      enter(node) {
        if (node.kind === Kind.VARIABLE) variables.add(node.name.value);
        if (node.kind !== Kind.FRAGMENT_SPREAD || fragments.has(node.name.value)) return;
        const fragment = all.get(node.name.value);
        if (!fragment) return;
        fragments.set(fragment.name.value, fragment);
        collect(fragment);
      },
    });
  }
}
