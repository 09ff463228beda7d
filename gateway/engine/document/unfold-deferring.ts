import { type DocumentNode, type FragmentDefinitionNode, type InlineFragmentNode, Kind, visit } from 'graphql';

/** Nested fragments can grow exponentially. After this many, the remaining spreads stay as they are. */
const maxUnfolded = 1_000;

/**
 * Replaces spreads of named fragments that contain `@defer` by inline fragments. Then each `@defer` is at one place of the response, and that
 * place identifies its part.
 */
export function unfoldDeferring(document: DocumentNode): DocumentNode {
  const deferring = deferringFragments(document);
  if (deferring.size === 0) return document;
  let unfolded = 0;
  return visit(document, {
    [Kind.FRAGMENT_SPREAD]: (spread): InlineFragmentNode | undefined => {
      const fragment = deferring.get(spread.name.value);
      if (!fragment || ++unfolded > maxUnfolded) return undefined;
      const { typeCondition, selectionSet } = fragment;
      return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives: spread.directives, selectionSet };
    },
  });
}

/** The named fragments that contain `@defer`, directly or through fragments that they spread. */
function deferringFragments({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const deferring = new Map<string, FragmentDefinitionNode>();
  const named = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  let before = -1;
  while (deferring.size > before) {
    before = deferring.size;
    for (const fragment of named) if (defers(fragment)) deferring.set(fragment.name.value, fragment);
  }
  return deferring;

  function defers(fragment: FragmentDefinitionNode): boolean {
    let found = deferring.has(fragment.name.value);
    visit(fragment, {
      [Kind.DIRECTIVE]: ({ name }) => {
        found ||= name.value === 'defer';
      },
      [Kind.FRAGMENT_SPREAD]: ({ name }) => {
        found ||= deferring.has(name.value);
      },
    });
    return found;
  }
}
