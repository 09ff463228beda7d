import type { ResponsePath } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { responseKey } from './response-keys.ts';

/** Fragments within fragments can select very much in few words; a plan is left as it is then. */
const MAX_STEPS = 100_000;

export class TooManySelections extends Error {}

/** Finds what a client selects at a place of the response. */
export class ClientSelections {
  #steps = 0;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #schema: GraphQLSchema;

  constructor(document: DocumentNode, schema: GraphQLSchema) {
    this.#schema = schema;
    this.#fragments = new Map(
      document.definitions.flatMap((node) =>
        node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
      ),
    );
  }

  /** The selections at a planner's path, `['users', '@|[Admin]', 'reviews']`, below given ones. */
  at(sets: readonly SelectionSetNode[], path: ResponsePath): readonly SelectionSetNode[] {
    const keys = path
      .map((element) => String(element).replace(/\|\[.*$/, ''))
      .filter((key) => key !== '' && key !== '@');
    return keys.reduce<readonly SelectionSetNode[]>((found, key) => this.below(found, undefined, key), sets);
  }

  /** The selections of the fields with a response key that an object of a type may have. */
  below(sets: readonly SelectionSetNode[], type: string | undefined, key: string): SelectionSetNode[] {
    return sets.flatMap((set) =>
      set.selections.flatMap((selection): SelectionSetNode[] => {
        if (selection.kind === Kind.FIELD) {
          return responseKey(selection) === key && selection.selectionSet ? [selection.selectionSet] : [];
        }
        const inner = this.inner(selection, type);
        return inner ? this.below([inner], type, key) : [];
      }),
    );
  }

  /** Whether a response key is selected of objects of a type. */
  selects(sets: readonly SelectionSetNode[], type: string, key: string): boolean {
    return sets.some((set) =>
      set.selections.some((selection) => {
        if (selection.kind === Kind.FIELD) return responseKey(selection) === key;
        const inner = this.inner(selection, type);
        return inner !== undefined && this.selects([inner], type, key);
      }),
    );
  }

  /** The selections of a fragment, if it applies to objects of a type. */
  inner(selection: Exclude<SelectionNode, FieldNode>, type: string | undefined): SelectionSetNode | undefined {
    this.spend();
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    return !condition || !type || this.satisfies(type, condition) ? fragment?.selectionSet : undefined;
  }

  /** @throws TooManySelections */
  spend(): void {
    if (++this.#steps > MAX_STEPS) throw new TooManySelections();
  }

  /** Whether what is known to be of a type meets a type condition. */
  satisfies(type: string, condition: string): boolean {
    if (type === condition) return true;
    const [known, abstract] = [this.#schema.getType(type), this.#schema.getType(condition)];
    return (
      (isObjectType(known) || isInterfaceType(known)) &&
      isAbstractType(abstract) &&
      this.#schema.isSubType(abstract, known)
    );
  }

  possibleTypes(type: string): string[] {
    const abstract = this.#schema.getType(type);
    return isAbstractType(abstract) ? this.#schema.getPossibleTypes(abstract).map(({ name }) => name) : [];
  }
}
