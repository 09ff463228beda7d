import {
  type ArgumentNode,
  type ASTNode,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { argumentValue } from '../document/arguments.ts';
import { unfoldDeferring } from '../document/unfold-deferring.ts';

/** A fragment with `@defer`. */
export interface DeferredFragment {
  /** The client's own label. */
  readonly label: string | undefined;
  /** Its selection, with its type condition. */
  readonly selection: SelectionSetNode;
  /** The fields and fragments that contain it, from the root. Undefined inside a named fragment, which may be spread at several places. */
  readonly within: readonly (FieldNode | InlineFragmentNode)[] | undefined;
}

export interface LabelledDocument {
  /** The document for the planner. Each `@defer` has a unique label of the engine's, which identifies its part of the plan. */
  readonly document: DocumentNode;
  readonly fragments: ReadonlyMap<string, DeferredFragment>;
}

/** Gives each `@defer` a unique label. The client's labels are optional, so they can't identify fragments. */
export function labelDefers(document: DocumentNode): LabelledDocument {
  const fragments = new Map<string, DeferredFragment>();
  const label = <N extends FragmentSpreadNode | InlineFragmentNode>(
    node: N,
    _key: unknown,
    _parent: unknown,
    _path: unknown,
    ancestors: readonly (ASTNode | readonly ASTNode[])[],
  ): N | undefined => {
    const defer = node.directives?.find((directive) => directive.name.value === 'defer');
    if (!defer) return undefined;
    const name = `d${fragments.size}`;
    fragments.set(name, { label: labelOf(defer), selection: toSelectionSet(node), within: fieldsAround(ancestors) });
    return {
      ...node,
      directives: node.directives?.map((directive) => (directive === defer ? relabel(defer, name) : directive)),
    };
  };
  // Visits inner fragments before outer ones, so that the copy of an outer one has labelled inner ones.
  const labelled = visit(unfoldDeferring(document), {
    [Kind.FRAGMENT_SPREAD]: { leave: label },
    [Kind.INLINE_FRAGMENT]: { leave: label },
  });
  return { document: labelled, fragments };
}

function fieldsAround(ancestors: readonly (ASTNode | readonly ASTNode[])[]): DeferredFragment['within'] {
  const nodes = ancestors.filter((ancestor) => 'kind' in ancestor); // the others are lists of siblings
  if (nodes.some(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)) return undefined;
  return nodes.filter((node) => node.kind === Kind.FIELD || node.kind === Kind.INLINE_FRAGMENT);
}

/** A selection set with only this fragment, without its `@defer`. */
function toSelectionSet(node: FragmentSpreadNode | InlineFragmentNode): SelectionSetNode {
  const directives = node.directives?.filter((directive) => directive.name.value !== 'defer');
  const selection: SelectionNode = { ...node, directives };
  return { kind: Kind.SELECTION_SET, selections: [selection] };
}

function labelOf(defer: DirectiveNode): string | undefined {
  const value = argumentValue(defer, 'label');
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function relabel(defer: DirectiveNode, name: string): DirectiveNode {
  const label: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'label' },
    value: { kind: Kind.STRING, value: name },
  };
  const others = (defer.arguments ?? []).filter((argument) => argument.name.value !== 'label');
  return { ...defer, arguments: [...others, label] } satisfies DirectiveNode | ConstDirectiveNode;
}
