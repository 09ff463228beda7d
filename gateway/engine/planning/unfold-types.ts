import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsByName } from '../document/fragments.ts';
import { typenameField } from '../document/typename.ts';
import { plannerDirective } from '../supergraph/corrections.ts';

/** How the selections on an interface are rewritten for the planner. */
export interface Unfolding {
  /** Whether fields of the interface are selected on each object type instead. */
  readonly everyType: boolean;
  /** The interface objects that a subgraph may return here: this interface or narrower ones. */
  readonly objects: readonly string[];
  /** Whether a field inside a type condition is selected on the interface itself. */
  readonly isForAll: (field: FieldNode) => boolean;
  /** Whether conditions are moved from fragments to their fields. */
  readonly conditionsOnFields: boolean;
}

/** The unfolding for the selections on a field; undefined when they stay as they are. */
export type UnfoldingAt = (parent: string, field: string) => Unfolding | undefined;

/** Nested fragments can grow exponentially. Beyond this bound, the document is left as it is. */
const maxSelections = 20_000;
/** The planner merges a nested fragment without a directive into the outer one. This directive prevents that. It is not sent to subgraphs. */
const marker: DirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: plannerDirective } };

/**
 * Rewrites selections on interfaces so that selections in fragments and on other interfaces are on object types only. The client's response stays
 * the same, since it is written from the client's own document.
 */
export function unfoldTypes(document: DocumentNode, schema: GraphQLSchema, unfoldingAt: UnfoldingAt): DocumentNode {
  const fragments = fragmentsByName(document);
  const writer = new Unfolder(schema, fragments, unfoldingAt);
  const definitions = document.definitions.map((node) => {
    if (node.kind === Kind.OPERATION_DEFINITION) return writer.operation(node);
    return node;
  });
  return writer.isTooLarge || !writer.hasChanged ? document : { ...document, definitions };
}

class Unfolder {
  hasChanged = false;
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #unfoldingAt: UnfoldingAt;
  #selections = 0;

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>, unfoldingAt: UnfoldingAt) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#unfoldingAt = unfoldingAt;
  }

  get isTooLarge(): boolean {
    return this.#selections > maxSelections;
  }

  operation(node: OperationDefinitionNode): OperationDefinitionNode {
    const root = this.#schema.getRootType(node.operation);
    return root ? { ...node, selectionSet: this.#set(node.selectionSet, root) } : node;
  }

  /** Rewrites a selection set whose own type conditions stay. Named fragments are inlined, since they may have fields whose type conditions don't stay. */
  #set(set: SelectionSetNode, type: GraphQLCompositeType): SelectionSetNode {
    return { ...set, selections: this.#selectionsOn(set, type) };
  }

  #selectionsOn({ selections }: SelectionSetNode, type: GraphQLCompositeType): SelectionNode[] {
    return selections.flatMap((selection): SelectionNode[] => {
      if (this.#isEnough()) return [];
      if (selection.kind === Kind.FIELD) return [this.#field(selection, type)];
      const { condition, set, directives } = this.#fragment(selection);
      const inner = this.#selectionsOn(set, condition ?? type);
      return inner.length === 0 ? [] : [inlineFragment(condition?.name, inner, directives)];
    });
  }

  #field(field: FieldNode, parent: GraphQLCompositeType): FieldNode {
    if (!field.selectionSet) return field;
    const definition = 'getFields' in parent ? parent.getFields()[field.name.value] : undefined;
    const type = definition && getNamedType(definition.type);
    if (!isCompositeType(type)) return field;
    const unfolding = isInterfaceType(type) ? this.#unfoldingAt(parent.name, field.name.value) : undefined;
    if (!unfolding || !isInterfaceType(type)) return { ...field, selectionSet: this.#set(field.selectionSet, type) };
    this.hasChanged = true;
    const objects = unfolding.everyType ? this.#objectTypes(type) : [];
    const selections =
      objects.length > 0
        ? // A field of an interface has a selection set.
          objects.flatMap((object) => this.#unfold(field.selectionSet!, type, object, unfolding))
        : this.#unfold(field.selectionSet, type, type, unfolding);
    return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: mergeByType(selections) } };
  }

  /** Unfolds the selections on an interface for objects of a known type: the interface itself or an object type. */
  #unfold(
    { selections }: SelectionSetNode,
    place: GraphQLInterfaceType,
    type: GraphQLCompositeType,
    unfolding: Unfolding,
  ): SelectionNode[] {
    return selections.flatMap((selection): SelectionNode[] => {
      if (this.#isEnough()) return [];
      if (selection.kind === Kind.FIELD) {
        const object = this.#objectOf(place, type, unfolding);
        const { objects } = unfolding;
        if (selection.name.value === '__typename' && type === place && !objects.includes(place.name)) {
          // The planner fails on `__typename` where a place has interface objects and other objects.
          const types = objects.map((name) => inlineFragment(name, [typenameField], [marker]));
          return types.length > 0 ? types : [selection];
        }
        const field = this.#field(selection, type);
        if (type === object || !unfolding.isForAll(selection)) return within(place, object, type, [field]);
        // The object's type must still be fetched.
        return [...within(place, object, object, [field]), ...within(place, object, type, [typenameField])];
      }
      const { condition, set, directives } = this.#fragment(selection);
      const types = this.#typesUnder(type, condition, unfolding);
      const inner = types.flatMap((narrowed) => this.#unfold(set, place, narrowed, unfolding));
      return directives.length === 0 ? inner : underDirectives(directives, inner, unfolding);
    });
  }

  /** The interface object that includes a type, or else the interface of the place. */
  #objectOf(place: GraphQLInterfaceType, type: GraphQLCompositeType, { objects }: Unfolding): GraphQLCompositeType {
    const name = objects.find((each) => each === type.name || this.#isSubType(type, this.#schema.getType(each)));
    const object = name === undefined ? undefined : this.#schema.getType(name);
    return isInterfaceType(object) ? object : place;
  }

  /** The types that remain when a type condition is applied to a type. */
  #typesUnder(
    type: GraphQLCompositeType,
    condition: GraphQLCompositeType | undefined,
    unfolding: Unfolding,
  ): GraphQLCompositeType[] {
    if (!condition || condition === type || this.#isSubType(type, condition)) return [type];
    if (!isAbstractType(type)) return [];
    const narrower = unfolding.objects
      .map((name) => this.#schema.getType(name))
      .filter(isInterfaceType)
      .filter((object) => object !== type && this.#isSubType(object, type))
      .filter((object) => object === condition || this.#isSubType(object, condition));
    const objects = this.#objectTypes(condition)
      .filter((object) => this.#isSubType(object, type))
      .filter((object) => !narrower.some((each) => this.#isSubType(object, each)));
    return [...narrower, ...objects];
  }

  #isSubType(type: GraphQLCompositeType, abstract: GraphQLNamedType | undefined): boolean {
    return isAbstractType(abstract) && 'getFields' in type && this.#schema.isSubType(abstract, type);
  }

  #objectTypes(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    return isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
  }

  #fragment(selection: Exclude<SelectionNode, FieldNode>): {
    readonly condition: GraphQLCompositeType | undefined;
    readonly set: SelectionSetNode;
    readonly directives: readonly DirectiveNode[];
  } {
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
    const type = fragment?.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
    return {
      condition: isCompositeType(type) ? type : undefined,
      set: fragment?.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [typenameField] },
      directives: selection.directives ?? [],
    };
  }

  #isEnough(): boolean {
    return ++this.#selections > maxSelections;
  }
}

function inlineFragment(
  type: string | undefined,
  selections: readonly SelectionNode[],
  directives: readonly DirectiveNode[] = [],
): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: type === undefined ? undefined : { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    directives,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

/** Selections on a type, wrapped in the fragments that the place needs. */
function within(
  place: GraphQLCompositeType,
  object: GraphQLCompositeType,
  type: GraphQLCompositeType,
  selections: readonly SelectionNode[],
): SelectionNode[] {
  const inner = type === object ? [...selections] : [inlineFragment(type.name, selections)];
  return object === place ? inner : [inlineFragment(object.name, inner, [marker])];
}

/** Moves conditions to fields that are selected on the interface itself: the planner fails on such fields inside a fragment with conditions. */
function underDirectives(
  directives: readonly DirectiveNode[],
  selections: readonly SelectionNode[],
  { isForAll, conditionsOnFields }: Unfolding,
): SelectionNode[] {
  const mayLift = directives.every(isCondition);
  const lifts = (selection: SelectionNode): boolean =>
    mayLift && (conditionsOnFields || (selection.kind === Kind.FIELD && isForAll(selection)));
  const kept = selections.filter((selection) => !lifts(selection));
  const lifted = selections.filter(lifts).map((selection) => withConditions(selection, directives));
  return kept.length > 0 ? [...lifted, inlineFragment(undefined, mergeByType(kept), directives)] : lifted;
}

function withConditions(selection: SelectionNode, conditions: readonly DirectiveNode[]): SelectionNode {
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    const selections = selection.selectionSet.selections.map((inner) => withConditions(inner, conditions));
    return { ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  }
  // A field may have each directive only once. A condition that is lost here only means that the field is fetched more often than needed.
  const added = conditions.filter(({ name }) => !selection.directives?.some((own) => own.name.value === name.value));
  return { ...selection, directives: [...(selection.directives ?? []), ...added] };
}

/** Merges the fragments on each type. Never returns an empty list. */
function mergeByType(selections: readonly SelectionNode[]): SelectionNode[] {
  const byType = new Map<string, InlineFragmentNode>();
  const rest = selections.filter((selection) => {
    if (selection.kind !== Kind.INLINE_FRAGMENT || !selection.typeCondition) return true;
    const type = selection.typeCondition.name.value;
    const known = byType.get(type)?.selectionSet.selections ?? [];
    byType.set(type, inlineFragment(type, [...known, ...selection.selectionSet.selections], selection.directives));
    return false;
  });
  const all = [...rest, ...byType.values()];
  return all.length > 0 ? all : [typenameField];
}

export function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}
