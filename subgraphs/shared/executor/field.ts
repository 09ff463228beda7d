import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type Frame, type Path, pathOf } from './frame.ts';
import type { Field, Place, Run } from './run.ts';

/** What the fields of one operation share. */
export interface OperationFacts {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

type Definition = GraphQLField<unknown, unknown>;
type Arguments = Readonly<Record<string, unknown>>;

const noArguments: Arguments = Object.freeze({});

/** The static part of a field, from which `info` of its resolver is made. */
export interface FieldFacts {
  readonly operation: OperationFacts;
  readonly parentType: GraphQLObjectType;
  readonly definition: Definition;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

export function createField(facts: FieldFacts, key: string, place: Place): Field {
  const { definition } = facts;
  const { resolve } = definition;
  if (resolve) {
    const argumentsOf = compileArguments(definition, facts.nodes[0]);
    return {
      key,
      place,
      resolve: (run, source, frame) =>
        resolve(source, argumentsOf(run), run.contextValue, new FieldInfo(facts, key, run, frame)),
    };
  }
  const { name } = definition;
  return {
    key,
    place,
    // `defaultFieldResolver` of graphql-js.
    resolve(run, source, frame) {
      if (typeof source !== 'object' || source === null) return undefined;
      const value = (source as Record<string, unknown>)[name]; // any object
      if (typeof value !== 'function') return value;
      const given = getArgumentValues(definition, facts.nodes[0], run.variableValues);
      return Reflect.apply(value, source, [given, run.contextValue, new FieldInfo(facts, key, run, frame)]);
    },
  };
}

/** Arguments without variables are read once. Resolvers do not modify them. */
function compileArguments(definition: Definition, node: FieldNode): (run: Run) => Arguments {
  if (definition.args.length === 0) return () => noArguments;
  if (usesVariables(node)) return ({ variableValues }) => getArgumentValues(definition, node, variableValues);
  let known: Arguments | undefined;
  return () => {
    known ??= getArgumentValues(definition, node);
    return known;
  };
}

function usesVariables({ arguments: given = [] }: FieldNode): boolean {
  let count = 0;
  const Variable = () => {
    count += 1;
  };
  for (const argument of given) visit(argument, { Variable });
  return count > 0;
}

/** The fourth argument of resolvers. Most of them read nothing of it. */
class FieldInfo implements GraphQLResolveInfo {
  readonly #facts: FieldFacts;
  readonly #key: string;
  readonly #run: Run;
  readonly #frame: Frame;

  constructor(facts: FieldFacts, key: string, run: Run, frame: Frame) {
    this.#facts = facts;
    this.#key = key;
    this.#run = run;
    this.#frame = frame;
  }
  get fieldName(): string {
    return this.#facts.definition.name;
  }
  get fieldNodes(): readonly FieldNode[] {
    return this.#facts.nodes;
  }
  get returnType(): GraphQLResolveInfo['returnType'] {
    return this.#facts.definition.type;
  }
  get parentType(): GraphQLObjectType {
    return this.#facts.parentType;
  }
  get path(): Path {
    return pathOf(this.#frame, this.#key, this.#facts.parentType.name);
  }
  get schema(): GraphQLSchema {
    return this.#facts.operation.schema;
  }
  get fragments(): OperationFacts['fragments'] {
    return this.#facts.operation.fragments;
  }
  get operation(): OperationDefinitionNode {
    return this.#facts.operation.operation;
  }
  get rootValue(): unknown {
    return this.#run.rootValue;
  }
  get variableValues(): Record<string, unknown> {
    return this.#run.variableValues;
  }
}

/** `info` for functions that belong to a type instead of a field. */
export function infoOf(facts: FieldFacts, key: string | number, run: Run, frame: Frame): GraphQLResolveInfo {
  return new FieldInfo(facts, String(key), run, frame);
}
