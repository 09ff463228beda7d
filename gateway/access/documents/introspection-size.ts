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
import { type Fragments, fragmentsByName } from '../../engine/document/fragments.ts';

/** A response may be larger than that of the usual introspection query by this factor. */
const allowance = 2;

/**
 * Bounds the responses to introspection, since a short query can make them very large:
 * `{ __schema { types { a: fields { name } b: fields { name } … } } }`.
 * The bound grows with the schema. It is twice the response to the largest introspection query of graphql-js, which common tools send.
 */
export class IntrospectionBound {
  readonly #schema: GraphQLSchema;
  #limit: number | undefined;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Values that a response may have. */
  get limit(): number {
    this.#limit ??= allowance * this.#valuesIn(parse(usualQuery), Infinity);
    return this.#limit;
  }

  /** True if the selections of `__schema` and `__type` in each operation stay within the bound. */
  allows(document: DocumentNode): boolean {
    return !mentionsIntrospection(document) || this.#valuesIn(document, this.limit) <= this.limit;
  }

  /** Counts the values in the response to the document's largest operation. Stops above the limit. */
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

/** Counts the values of responses: each field of each object is one. */
class ValueCount {
  readonly #schema: GraphQLSchema;
  readonly #limit: number;
  readonly #fragments: Fragments;
  /** Fields visited so far. */
  #steps = 0;
  /** Counts by selection set, and by the part of the schema that it selects from. */
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

  /** A variable may name any type, so the largest response counts. */
  #ofNamedType({ arguments: args }: FieldNode, set: SelectionSetNode): number {
    const name = args?.find((argument) => argument.name.value === 'name')?.value;
    const types = this.#schema.getTypeMap();
    const candidates = name?.kind === Kind.STRING ? [types[name.value]] : Object.values(types);
    return Math.max(0, ...candidates.map((type) => (type ? this.#of(set, __Type, type) : 0)));
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
      // The resolvers of introspection use nothing but the schema.
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
