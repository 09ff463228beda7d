import {
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { Compiler } from './compile.ts';
import type { OperationFacts } from './field.ts';
import { type Admission, type Field, Run } from './run.ts';
import { conditionNames } from './select.ts';
import { selectedFields } from './selected.ts';

export interface OperationValues {
  readonly rootValue?: unknown;
  readonly contextValue?: unknown;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  /**
   * False if errors do not propagate: an error makes only its own place null, also a non-null one. It is the value `NULL` of the parameter
   * `onError` (GraphQL specification, pull request 1163). Default: true.
   */
  readonly propagates?: boolean;
  /** Undefined if nothing limits the result. */
  readonly admission?: Admission;
}

/** Values of the conditions for which compiled selections are kept. */
const maxConditions = 16;
const maxVariableErrors = 50;

/**
 * A valid operation, compiled once and executed many times, with the results of `execute` of graphql-js: which fields are selected, how
 * they are resolved and how their values are completed is decided before the first request. See docs/performance.md, P28.
 */
export class Operation {
  /** The type of the operation: query, mutation or subscription. */
  readonly type: OperationTypeNode;
  /** Undefined if it has no name. */
  readonly name: string | undefined;
  readonly #facts: OperationFacts;
  readonly #conditionNames: readonly string[];
  #selected: ReturnType<typeof selectedFields> | undefined;
  readonly #compiled = new LRUCache<string, readonly Field[]>({ max: maxConditions });

  /** @param operation one of the document */
  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
    for (const node of document.definitions) {
      if (node.kind === 'FragmentDefinition') fragments[node.name.value] = node;
    }
    this.type = operation.operation;
    this.name = operation.name?.value;
    this.#facts = { schema, operation, fragments };
    this.#conditionNames = conditionNames([operation, ...Object.values(fragments)]);
  }

  /** The fields that are selected on an object type, under whatever condition. */
  selectedOn(type: string): Iterable<GraphQLField<unknown, unknown>> {
    const { schema, operation, fragments } = this.#facts;
    this.#selected ??= selectedFields(schema, [operation, ...Object.values(fragments)]);
    return this.#selected.get(type) ?? [];
  }

  /** A result without `data` is that of variables that do not fit. */
  execute({
    rootValue,
    contextValue,
    variableValues,
    propagates = true,
    admission,
  }: OperationValues): ExecutionResult | Promise<ExecutionResult> {
    const { schema, operation } = this.#facts;
    const variables = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {}, {
      maxErrors: maxVariableErrors,
    });
    if (variables.errors) return { errors: variables.errors };
    const values = { rootValue, contextValue, variableValues: variables.coerced };
    const fields = this.#fieldsFor(variables.coerced, propagates);
    const steps = operation.operation === 'mutation' ? fields.map((field) => [field]) : [fields];
    let result: ExecutionResult | undefined;
    let resolve = (given: ExecutionResult): void => {
      result = given;
    };
    new Run(values, steps, (given) => resolve(given), admission).advance();
    return result ?? new Promise((settle) => (resolve = settle));
  }

  #fieldsFor(variables: Readonly<Record<string, unknown>>, propagates: boolean): readonly Field[] {
    const key = [propagates, ...this.#conditionNames.map((name) => variables[name])].join();
    const known = this.#compiled.get(key);
    if (known) return known;
    const { schema, operation } = this.#facts;
    const type = schema.getRootType(operation.operation);
    if (!type) throw new GraphQLError(`The schema has no ${operation.operation} type.`, { nodes: operation });
    const fields = new Compiler(this.#facts, variables, propagates).compileFields(type, [operation]);
    this.#compiled.set(key, fields);
    return fields;
  }
}
