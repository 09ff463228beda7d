import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { fieldType } from '../supergraph/field-set.ts';
import type { SubgraphTypes } from '../supergraph/subgraph-types.ts';
import type { ClientSelections } from './client-selections.ts';
import { responseKey } from './response-keys.ts';

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** What is known of the supergraph that a plan was made for. */
export interface PlannedGraph {
  /** All types of the supergraph, inaccessible ones included. */
  readonly schema: GraphQLSchema;
  readonly types: SubgraphTypes;
}

/** Rewrites the operation of one fetch: see `withLocalMembers`. */
export class FetchMembers {
  changed = false;
  /** The client's variables in what was added. */
  readonly variables = new Set<string>();
  readonly #subgraph: string;
  readonly #graph: PlannedGraph;
  readonly #client: ClientSelections;

  constructor(subgraph: string, graph: PlannedGraph, client: ClientSelections) {
    this.#subgraph = subgraph;
    this.#graph = graph;
    this.#client = client;
  }

  /** `{ _entities(…) { ... on Type { … } } }` */
  entities(set: SelectionSetNode, sets: readonly SelectionSetNode[]): SelectionSetNode {
    const selections = set.selections.map((selection) => {
      if (selection.kind !== Kind.FIELD || !selection.selectionSet) return selection;
      const inner = selection.selectionSet.selections.map((fragment) => {
        if (fragment.kind !== Kind.INLINE_FRAGMENT) return fragment;
        const type = fragment.typeCondition?.name.value ?? '';
        return { ...fragment, selectionSet: this.set(fragment.selectionSet, type, sets) };
      });
      return { ...selection, selectionSet: { ...selection.selectionSet, selections: inner } };
    });
    return { ...set, selections };
  }

  /** A selection of the fetch on objects of a type, where the client's selections are `sets`. */
  set(set: SelectionSetNode, type: string, sets: readonly SelectionSetNode[]): SelectionSetNode {
    const inner = this.#below(set, type, sets);
    if (!this.#graph.types.partial.has(type)) return inner;
    const selections = [...inner.selections];
    for (const member of this.#graph.types.members(this.#subgraph, type)) {
      selections.push(...this.#dropped({ ...inner, selections }, member, sets));
    }
    const added = selections.slice(inner.selections.length);
    if (added.length === 0) return inner;
    this.changed = true;
    for (const fragment of added) visit(fragment, { Variable: ({ name }) => void this.variables.add(name.value) });
    return { ...inner, selections };
  }

  #below(set: SelectionSetNode, type: string, sets: readonly SelectionSetNode[]): SelectionSetNode {
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD || !selection.selectionSet) return selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? type;
        return { ...selection, selectionSet: this.#below(selection.selectionSet, condition, sets) };
      }
      const target = fieldType(this.#graph.schema, type, selection.name.value);
      const wanted = this.#client.below(sets, type, responseKey(selection));
      if (!target || wanted.length === 0) return selection;
      return { ...selection, selectionSet: this.set(selection.selectionSet, target.name, wanted) };
    });
    return { ...set, selections };
  }

  /** The client's fields on an object type that the fetch lacks, as a fragment; none when it has them all. */
  #dropped(set: SelectionSetNode, member: string, sets: readonly SelectionSetNode[]): InlineFragmentNode[] {
    const present = new Set(this.#keysFor(set, member));
    const shapes = this.#shapesOf(set, '', new Map());
    const selections = this.#own(sets, member, (field) => {
      const key = responseKey(field);
      const shape = this.#graph.types.ownFieldType(this.#subgraph, member, field.name.value) ?? '';
      // A subgraph refuses one key with different shapes, even on different object types.
      return !present.has(key) && (shapes.get(key) ?? shape) === shape;
    });
    return selections.length === 0 ? [] : [fragmentOn(member, selections)];
  }

  /** The response keys that a selection gives an object type. */
  #keysFor(set: SelectionSetNode, member: string): string[] {
    return set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [responseKey(selection)];
      const inner = this.#client.inner(selection, member);
      return inner ? this.#keysFor(inner, member) : [];
    });
  }

  /** The types of what a selection has by response key, as GraphQL text; empty where that isn't known. */
  #shapesOf(set: SelectionSetNode, type: string, shapes: Map<string, string>): ReadonlyMap<string, string> {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const shape = this.#graph.types.ownFieldType(this.#subgraph, type, selection.name.value) ?? '';
        const key = responseKey(selection);
        shapes.set(key, (shapes.get(key) ?? shape) === shape ? shape : '');
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#shapesOf(selection.selectionSet, selection.typeCondition?.name.value ?? type, shapes);
      }
    }
    return shapes;
  }

  /** The client's fields on an object type that the subgraph answers by itself, with the conditions they stand under. */
  #own(
    sets: readonly SelectionSetNode[],
    type: string,
    isWanted: (field: FieldNode) => boolean,
    onOthers: () => void = () => {},
  ): SelectionNode[] {
    const own = sets.flatMap((set) =>
      set.selections.flatMap((selection): SelectionNode[] => {
        if (selection.kind === Kind.FIELD) {
          if (selection.name.value === '__typename' || !isWanted(selection)) return [];
          const field = this.#ownField(selection, type);
          if (!field) onOthers();
          return field ? [field] : [];
        }
        const inner = selection.directives?.some(isDefer) ? undefined : this.#client.inner(selection, type);
        const selections = inner ? this.#own([inner], type, isWanted, onOthers) : [];
        const directives = selection.directives?.filter(isCondition) ?? [];
        return directives.length > 0 && selections.length > 0
          ? [{ ...fragmentOn(type, selections), directives }]
          : selections;
      }),
    );
    // Fragments that are spread again and again say the same each time.
    return [...new Map(own.map((selection) => [print(selection), selection])).values()];
  }

  /** The field as the subgraph may be asked for it; undefined when it can't answer all that is selected there. */
  #ownField(field: FieldNode, type: string): FieldNode | undefined {
    const { schema, types } = this.#graph;
    this.#client.spend();
    if (types.ownFieldType(this.#subgraph, type, field.name.value) === undefined) return undefined;
    const target = fieldType(schema, type, field.name.value);
    if (!field.selectionSet || !target) return field;
    const sets = [field.selectionSet];
    let isComplete = true;
    const reach = (object: string): SelectionNode[] =>
      this.#own(
        sets,
        object,
        () => true,
        () => {
          isComplete = false;
        },
      );
    const selections = isAbstractType(target)
      ? [...types.members(this.#subgraph, target.name)].flatMap((object) => {
          const own = reach(object);
          return own.length === 0 ? [] : [fragmentOn(object, own)];
        })
      : reach(target.name);
    if (!isComplete) return undefined;
    return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: [typename, ...selections] } };
  }
}

function fragmentOn(type: string, selections: readonly SelectionNode[]): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

function isDefer({ name }: DirectiveNode): boolean {
  return name.value === 'defer';
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}
