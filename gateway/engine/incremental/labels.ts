import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** A fragment whose fields come later. */
export interface DeferredFragment {
  /** The client's own label. */
  readonly label: string | undefined;
  /** What it selects, type condition included. */
  readonly selection: SelectionSetNode;
}

export interface LabelledDocument {
  /** For the planner: every `@defer` has a label of ours, by which its parts are told apart. */
  readonly document: DocumentNode;
  readonly fragments: ReadonlyMap<string, DeferredFragment>;
}

/** Gives every `@defer` a label; the client's may be absent, and say nothing about which fragment is meant. */
export function labelDefers(document: DocumentNode): LabelledDocument {
  const fragments = new Map<string, DeferredFragment>();
  const label = <N extends FragmentSpreadNode | InlineFragmentNode>(node: N): N | undefined => {
    const defer = node.directives?.find((directive) => directive.name.value === 'defer');
    if (!defer) return undefined;
    const name = `d${fragments.size}`;
    fragments.set(name, { label: labelOf(defer), selection: selectionOf(node) });
    return {
      ...node,
      directives: node.directives?.map((directive) => (directive === defer ? relabelled(defer, name) : directive)),
    };
  };
  // Inner fragments before outer ones, so that an outer one is copied with its inner ones labelled.
  const labelled = visit(document, {
    [Kind.FRAGMENT_SPREAD]: { leave: label },
    [Kind.INLINE_FRAGMENT]: { leave: label },
  });
  return { document: labelled, fragments };
}

/** As a selection set of its own, without the `@defer` that put it off. */
function selectionOf(node: FragmentSpreadNode | InlineFragmentNode): SelectionSetNode {
  const directives = node.directives?.filter((directive) => directive.name.value !== 'defer');
  const selection: SelectionNode = { ...node, directives };
  return { kind: Kind.SELECTION_SET, selections: [selection] };
}

function labelOf({ arguments: given }: DirectiveNode): string | undefined {
  const value = given?.find((argument) => argument.name.value === 'label')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function relabelled(defer: DirectiveNode, name: string): DirectiveNode {
  const label: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'label' },
    value: { kind: Kind.STRING, value: name },
  };
  const others = (defer.arguments ?? []).filter((argument) => argument.name.value !== 'label');
  return { ...defer, arguments: [...others, label] } satisfies DirectiveNode | ConstDirectiveNode;
}
