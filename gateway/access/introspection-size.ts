import {
  __Schema,
  __Type,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsByName } from '../engine/document/fragments.ts';

/** How much larger than that of the usual introspection query an answer may be. */
const allowance = 2;

/**
 * Bounds the answers to introspection, which a few words can make very large: `{ __schema { types { a: fields { name } b: fields { name } … } } }`.
 * The bound grows with the schema. It is what the largest query of graphql-js gets, which the usual tools send, with some room.
 */
export class IntrospectionBound {
  readonly #schema: GraphQLSchema;
  #limit: number | undefined;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Values that an answer may hold. */
  get limit(): number {
    this.#limit ??= allowance * this.#valuesIn(parse(usualQuery), Infinity);
    return this.#limit;
  }

  /** Whether what the document's operations ask of `__schema` and `__type` is within the bound. */
  allows(document: DocumentNode): boolean {
    return !mentionsIntrospection(document) || this.#valuesIn(document, this.limit) <= this.limit;
  }

  /** Values in the answer to the document's largest operation; counting ends above a limit. */
  #valuesIn(document: DocumentNode, limit: number): number {
    const count = new ValueCount(this.#schema, document, limit);
    const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    return Math.max(0, ...operations.map((operation) => count.ofOperation(operation)));
  }
}

const usualQuery = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});

function mentionsIntrospection(document: DocumentNode): boolean {
  const mentions = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD)
        return selection.name.value === '__schema' || selection.name.value === '__type';
      return selection.kind === Kind.INLINE_FRAGMENT && mentions(selection.selectionSet);
    });
  return document.definitions.some((node) => 'selectionSet' in node && mentions(node.selectionSet));
}

/** Counts the values of answers: each field of each object is one. */
class ValueCount {
  readonly #schema: GraphQLSchema;
  readonly #limit: number;
  readonly #fragments: Fragments;
  /** Fields counted so far, each part of the schema once. */
  #steps = 0;
  /** Values by selection set and the part of the schema that it is selected of. */
  readonly #known = new Map<SelectionSetNode, Map<object, number>>();

  constructor(schema: GraphQLSchema, document: DocumentNode, limit: number) {
    this.#schema = schema;
    this.#limit = limit;
    this.#fragments = fragmentsByName(document);
  }

  ofOperation({ selectionSet }: OperationDefinitionNode): number {
    return this.#ofRoot(selectionSet);
  }

  #ofRoot({ selections }: SelectionSetNode): number {
    let count = 0;
    for (const selection of selections) {
      if (count > this.#limit) break;
      if (selection.kind !== Kind.FIELD) {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
        count += fragment ? this.#ofRoot(fragment.selectionSet) : 0;
      } else if (selection.selectionSet && selection.name.value === '__schema') {
        count += this.#of(selection.selectionSet, __Schema, this.#schema);
      } else if (selection.selectionSet && selection.name.value === '__type') {
        count += this.#ofNamedType(selection, selection.selectionSet);
      }
    }
    return count;
  }

  /** A name in a variable may be that of any type: the largest answer counts. */
  #ofNamedType({ arguments: args }: FieldNode, set: SelectionSetNode): number {
    const name = args?.find((argument) => argument.name.value === 'name')?.value;
    const types = this.#schema.getTypeMap();
    const asked = name?.kind === Kind.STRING ? [types[name.value]] : Object.values(types);
    return Math.max(0, ...asked.map((type) => (type ? this.#of(set, __Type, type) : 0)));
  }

  #of(set: SelectionSetNode, type: GraphQLObjectType, source: object): number {
    let bySource = this.#known.get(set);
    if (!bySource) {
      bySource = new Map();
      this.#known.set(set, bySource);
    }
    const known = bySource.get(source);
    if (known !== undefined) return known;
    const count = this.#count(set, type, source);
    bySource.set(source, count);
    return count;
  }

  #count({ selections }: SelectionSetNode, type: GraphQLObjectType, source: object): number {
    let count = 0;
    for (const selection of selections) {
      this.#steps += 1;
      if (count > this.#limit || this.#steps > this.#limit) return Infinity;
      if (selection.kind === Kind.INLINE_FRAGMENT) count += this.#of(selection.selectionSet, type, source);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragments.get(selection.name.value);
        count += fragment ? this.#of(fragment.selectionSet, type, source) : 0;
      }
      if (selection.kind !== Kind.FIELD) continue;
      count += 1;
      const field = type.getFields()[selection.name.value];
      const inner = getNamedType(field?.type);
      if (!field?.resolve || !selection.selectionSet || !isObjectType(inner)) continue;
      // The resolvers of introspection need no more of a request than the schema.
      const value: unknown = field.resolve(source, { includeDeprecated: true }, undefined, {
        schema: this.#schema,
      } as never);
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      for (const item of items) {
        if (typeof item === 'object' && item !== null) count += this.#of(selection.selectionSet, inner, item);
      }
    }
    return count;
  }
}
