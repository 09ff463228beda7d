import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  valueFromASTUntyped,
} from 'graphql';
import { linkedDirectiveName } from './linked-directives.ts';

/** Maximum length of a list, by `@listSize`. */
export interface ListSize {
  /** Most elements that the subgraph returns without a slicing argument; undefined if the directive does not state it. */
  readonly assumedSize: number | undefined;
  /** Arguments of type Int that state how many elements the operation requests. */
  readonly slicingArguments: readonly string[];
  readonly requireOneSlicingArgument: boolean;
  /** Fields of the returned object whose lists have this size. */
  readonly sizedFields: ReadonlySet<string>;
}

/** Cost of one field of the schema. */
export interface FieldCost {
  /** Cost of one value of the field, without its selection set. */
  readonly weight: number;
  readonly isList: boolean;
  readonly listSize: ListSize | undefined;
  /** Cost of each argument that an operation gives, by name. */
  readonly argumentWeights: ReadonlyMap<string, number>;
}

export interface CostModelOptions {
  /** Elements of a list for which the supergraph states no size. */
  readonly assumedListSize: number;
}

/** A mutation is more expensive, because it writes and starts work that outlives the request. */
const mutationWeight = 10;

/**
 * The costs of a supergraph's fields, by `@cost` and `@listSize` as Apollo Federation composes them
 * (https://ibm.github.io/graphql-specs/cost-spec.html). An object costs 1, a scalar or enum value 0, a mutation 10. `@cost` on a type or field
 * replaces these values.
 */
export class CostModel {
  readonly schema: GraphQLSchema;
  readonly assumedListSize: number;
  /** `@cost` by coordinate: `Type`, `Type.field`, `Type.field.argument`, `Input.field`. */
  readonly #weights = new Map<string, number>();
  /** `@listSize` by `Type.field`. */
  readonly #listSizes = new Map<string, ListSize>();
  readonly #fields = new Map<string, FieldCost>();
  readonly #types = new Map<string, number>();

  /** @param schema the API schema of the supergraph */
  constructor(schema: GraphQLSchema, supergraph: DocumentNode, { assumedListSize }: CostModelOptions) {
    this.schema = schema;
    this.assumedListSize = assumedListSize;
    this.#read(supergraph);
  }

  costOf(parent: GraphQLObjectType | GraphQLInterfaceType, field: GraphQLField<unknown, unknown>): FieldCost {
    const coordinate = `${parent.name}.${field.name}`;
    const known = this.#fields.get(coordinate);
    if (known) return known;
    const cost = this.#costOf(parent, field);
    this.#fields.set(coordinate, cost);
    return cost;
  }

  /** `@cost` of a field of an input type. */
  inputWeight(type: string, field: string): number {
    return this.#weights.get(`${type}.${field}`) ?? 0;
  }

  /** True if an input type has weights, so that argument values must be examined. */
  get hasInputWeights(): boolean {
    return this.#hasInputWeights;
  }
  #hasInputWeights = false;

  #costOf(parent: GraphQLObjectType | GraphQLInterfaceType, field: GraphQLField<unknown, unknown>): FieldCost {
    // An object type without directives takes those of its interfaces.
    const coordinates = [parent, ...parent.getInterfaces()].map(({ name }) => `${name}.${field.name}`);
    const stated = findFirst(coordinates, this.#weights);
    const isMutation = parent === this.schema.getMutationType();
    return {
      weight: stated ?? (isMutation ? mutationWeight : this.#typeWeight(getNamedType(field.type))),
      isList: isList(field.type),
      listSize: findFirst(coordinates, this.#listSizes),
      argumentWeights: new Map(
        field.args.flatMap(({ name }) => {
          const argumentCoordinates = coordinates.map((coordinate) => `${coordinate}.${name}`);
          const weight = findFirst(argumentCoordinates, this.#weights);
          return weight === undefined ? [] : [[name, weight] as const];
        }),
      ),
    };
  }

  #typeWeight(type: GraphQLNamedType): number {
    const known = this.#types.get(type.name);
    if (known !== undefined) return known;
    const members = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [];
    const weight =
      this.#weights.get(type.name) ??
      (members.length > 0 ? Math.max(...members.map((member) => this.#typeWeight(member))) : isLeafType(type) ? 0 : 1);
    this.#types.set(type.name, weight);
    return weight;
  }

  #read(supergraph: DocumentNode): void {
    const cost = linkedDirectiveName(supergraph, 'cost', 'cost');
    const listSize = linkedDirectiveName(supergraph, 'cost', 'listSize');
    if (cost === undefined || listSize === undefined) return;
    const read = (coordinate: string, directives: readonly ConstDirectiveNode[] = []): void => {
      for (const directive of directives) {
        const { value } = directive.name;
        if (value === cost) this.#weights.set(coordinate, Number(readArguments(directive)['weight']));
        if (value === listSize) this.#listSizes.set(coordinate, readListSize(directive));
      }
    };
    for (const definition of supergraph.definitions) {
      if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
      if (!this.schema.getType(definition.name.value)) continue;
      const type = definition.name.value;
      // Directives of a definition in a schema have constant arguments.
      read(type, definition.directives as readonly ConstDirectiveNode[] | undefined);
      if (!('fields' in definition)) continue;
      for (const field of definition.fields ?? []) {
        const coordinate = `${type}.${field.name.value}`;
        read(coordinate, field.directives);
        if (!('arguments' in field)) this.#hasInputWeights ||= this.#weights.has(coordinate);
        else
          for (const argument of field.arguments ?? [])
            read(`${coordinate}.${argument.name.value}`, argument.directives);
      }
    }
  }
}

function findFirst<T>(coordinates: readonly string[], values: ReadonlyMap<string, T>): T | undefined {
  const coordinate = coordinates.find((candidate) => values.has(candidate));
  return coordinate === undefined ? undefined : values.get(coordinate);
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}

function readArguments(directive: ConstDirectiveNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

function readListSize(directive: ConstDirectiveNode): ListSize {
  const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = readArguments(directive);
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
    slicingArguments: texts(slicingArguments),
    sizedFields: new Set(texts(sizedFields)),
    requireOneSlicingArgument: requireOneSlicingArgument !== false,
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
