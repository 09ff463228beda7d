import type { ResponsePath } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsByName } from '../document/fragments.ts';
import { responseKey, withoutTypes } from '../document/response-keys.ts';

/** Nested fragments can grow exponentially. Beyond this bound, a plan is left as it is. */
const MAX_STEPS = 100_000;

export class TooManySelections extends Error {}

/** A selection set, and the directives of the fields and fragments that contain it. */
export interface ClientSelection {
  readonly set: SelectionSetNode;
  readonly conditions: readonly string[];
}

/** Finds a client's selections at a place of the response. */
export class ClientSelections {
  #steps = 0;
  readonly #fragments: Fragments;
  readonly #schema: GraphQLSchema;

  constructor(document: DocumentNode, schema: GraphQLSchema) {
    this.#schema = schema;
    this.#fragments = fragmentsByName(document);
  }

  /** The selections at a planner's path, `['users', '@|[Admin]', 'reviews']`. */
  at(root: SelectionSetNode, path: ResponsePath): readonly ClientSelection[] {
    const keys = path.map(withoutTypes).filter((key) => key !== '' && key !== '@');
    return keys.reduce<readonly ClientSelection[]>(
      (found, key) => found.flatMap((selection) => this.#below(selection, key)),
      [{ set: root, conditions: [] }],
    );
  }

  #below({ set, conditions }: ClientSelection, key: string): ClientSelection[] {
    return set.selections.flatMap((selection): ClientSelection[] => {
      const inner = [...conditions, ...directiveTexts(selection.directives)];
      if (selection.kind === Kind.FIELD) {
        const inside = responseKey(selection) === key && selection.selectionSet;
        return inside ? [{ set: inside, conditions: inner }] : [];
      }
      const fragment = this.#fragment(selection);
      return fragment ? this.#below({ set: fragment.selectionSet, conditions: inner }, key) : [];
    });
  }

  /** The directives of each selection of a response key on objects of a type. */
  findConditions(at: readonly ClientSelection[], type: string, key: string): string[][] {
    return at.flatMap(({ set, conditions: above }) =>
      set.selections.flatMap((selection): string[][] => {
        const under = [...above, ...directiveTexts(selection.directives)];
        if (selection.kind === Kind.FIELD) return responseKey(selection) === key ? [under] : [];
        const fragment = this.#fragment(selection);
        const condition = fragment?.typeCondition?.name.value;
        if (!fragment || (condition !== undefined && !this.satisfies(type, condition))) return [];
        return this.findConditions([{ set: fragment.selectionSet, conditions: under }], type, key);
      }),
    );
  }

  #fragment(selection: Exclude<SelectionNode, FieldNode>) {
    if (++this.#steps > MAX_STEPS) throw new TooManySelections();
    return selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
  }

  /** Whether every object of a type satisfies a type condition. */
  satisfies(type: string, condition: string): boolean {
    if (type === condition) return true;
    const known = this.#schema.getType(type);
    const abstract = this.#schema.getType(condition);
    if (!isAbstractType(abstract)) return false;
    return (isObjectType(known) || isInterfaceType(known)) && this.#schema.isSubType(abstract, known);
  }

  possibleTypes(type: string): string[] {
    const abstract = this.#schema.getType(type);
    return isAbstractType(abstract) ? this.#schema.getPossibleTypes(abstract).map(({ name }) => name) : [];
  }
}

export function directiveTexts(directives: readonly DirectiveNode[] | undefined): string[] {
  return directives?.map((directive) => print(directive)) ?? [];
}
