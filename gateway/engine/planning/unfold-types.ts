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

/** How the selections on an interface are written for the planner. */
export interface Unfolding {
  /** Whether fields of the interface are asked of each object type. */
  readonly everyType: boolean;
  /** Interfaces, this one or narrower ones, of which a subgraph may answer with an object that it doesn't know the type of. */
  readonly objects: readonly string[];
  /** Whether a field inside of a type condition is asked of the interface as a whole. */
  readonly isForAll: (field: FieldNode) => boolean;
  /** Whether conditions of fragments stand on the fields. */
  readonly conditionsOnFields: boolean;
}

/** The unfolding where a field leads to an interface; undefined where the selections stay as they are. */
export type UnfoldingAt = (parent: string, field: string) => Unfolding | undefined;

/** Fragments within fragments can select very much in few words; such a document is left as it is. */
const maxSelections = 20_000;
/** The planner takes fragments out of others that have no directive, and would lose where they stood; no subgraph is sent this one. */
const marker: DirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: plannerDirective } };

/**
 * Writes selections on interfaces in other words: what stands under other interfaces and in fragments stands under object types only. Clients
 * get the same, since a response is written by what they selected.
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

  /** A selection whose type conditions stay; named fragments are written out, since they may lead to places where they don't. */
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
        ? objects.flatMap((object) => this.#unfold(field.selectionSet!, type, object, unfolding))
        : this.#unfold(field.selectionSet, type, type, unfolding);
    return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: gathered(selections) } };
  }

  /** Selections for objects of an interface of which is known that they are of a type, the interface itself or an object type. */
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
          // The planner fails on it where interface objects are among others.
          const types = objects.map((name) => inlineFragment(name, [typenameField], [marker]));
          return types.length > 0 ? types : [selection];
        }
        const field = this.#field(selection, type);
        if (type === object || !unfolding.isForAll(selection)) return within(place, object, type, [field]);
        // The type must be known all the same.
        return [...within(place, object, object, [field]), ...within(place, object, type, [typenameField])];
      }
      const { condition, set, directives } = this.#fragment(selection);
      const types = this.#typesUnder(type, condition, unfolding);
      const inner = types.flatMap((narrowed) => this.#unfold(set, place, narrowed, unfolding));
      return directives.length === 0 ? inner : underDirectives(directives, inner, unfolding);
    });
  }

  /** The interface that a subgraph knows objects of a type as, or that of the place. */
  #objectOf(place: GraphQLInterfaceType, type: GraphQLCompositeType, { objects }: Unfolding): GraphQLCompositeType {
    const name = objects.find((each) => each === type.name || this.#isSubType(type, this.#schema.getType(each)));
    const object = name === undefined ? undefined : this.#schema.getType(name);
    return isInterfaceType(object) ? object : place;
  }

  /** What a type becomes under a condition. */
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

/** Selections on a type, within the selections of the place. */
function within(
  place: GraphQLCompositeType,
  object: GraphQLCompositeType,
  type: GraphQLCompositeType,
  selections: readonly SelectionNode[],
): SelectionNode[] {
  const inner = type === object ? [...selections] : [inlineFragment(type.name, selections)];
  return object === place ? inner : [inlineFragment(object.name, inner, [marker])];
}

/** Fields that are asked of the interface as a whole get the conditions themselves: the planner fails on them in a fragment with conditions. */
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
  return kept.length > 0 ? [...lifted, inlineFragment(undefined, gathered(kept), directives)] : lifted;
}

function withConditions(selection: SelectionNode, conditions: readonly DirectiveNode[]): SelectionNode {
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    const selections = selection.selectionSet.selections.map((inner) => withConditions(inner, conditions));
    return { ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  }
  // A field has at most one of each. With fewer conditions it is fetched more often than it is written.
  const added = conditions.filter(({ name }) => !selection.directives?.some((own) => own.name.value === name.value));
  return { ...selection, directives: [...(selection.directives ?? []), ...added] };
}

/** With one fragment for each type; never empty. */
function gathered(selections: readonly SelectionNode[]): SelectionNode[] {
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
