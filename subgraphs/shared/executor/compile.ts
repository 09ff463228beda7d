import {
  defaultTypeResolver,
  type FieldNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { createField, type FieldFacts, infoOf, type OperationFacts } from './field.ts';
import type { Frame, Target } from './frame.ts';
import { createTarget, type Field, isPromise, type Place, runFields } from './run.ts';
import { collectFields, type Selector } from './select.ts';

type Complete = Place['complete'];
type Nodes = FieldFacts['nodes'];

/** Compiles the selections of one operation, for one value of its conditions. */
export class Compiler {
  readonly #facts: OperationFacts;
  readonly #selector: Selector;
  readonly #propagates: boolean;

  /** @param propagates false if an error in a non-null place makes only this place null */
  constructor(facts: OperationFacts, conditions: Selector['conditions'], propagates: boolean) {
    this.#facts = facts;
    this.#propagates = propagates;
    this.#selector = { schema: facts.schema, fragments: facts.fragments, conditions };
  }

  /** The fields that nodes select on an object type. Nodes without selections have none. */
  compileFields(type: GraphQLObjectType, nodes: readonly Pick<FieldNode, 'selectionSet'>[]): readonly Field[] {
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const selected = [...collectFields(this.#selector, type, sets)];
    return selected.flatMap(([key, fieldNodes]) => this.#compileField(type, key, fieldNodes) ?? []);
  }

  #compileField(parentType: GraphQLObjectType, key: string, nodes: Nodes): Field | undefined {
    const definition = this.#definitionOf(parentType, nodes[0].name.value);
    if (!definition) return undefined; // validation has refused it
    const facts: FieldFacts = { operation: this.#facts, parentType, definition, nodes };
    return createField(facts, key, this.#compilePlace(facts, definition.type, parentType.name));
  }

  #definitionOf(parentType: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
    const isQuery = parentType === this.#facts.schema.getQueryType();
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (isQuery && name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (isQuery && name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return parentType.getFields()[name];
  }

  #compilePlace(facts: FieldFacts, type: GraphQLOutputType, typename: string | undefined): Place {
    const { nodes } = facts;
    const isAdmitted = typename !== undefined && isCompositeType(getNamedType(type));
    if (!isNonNullType(type)) {
      const complete = this.#compileNullable(facts, type, typename, false);
      return { nodes, typename, isRequired: false, isAdmitted, complete };
    }
    const isRequired = this.#propagates;
    const complete = this.#compileNullable(facts, type.ofType, typename, isRequired);
    const message = `Cannot return null for non-nullable field ${facts.parentType.name}.${facts.definition.name}.`;
    return {
      nodes,
      typename,
      isRequired,
      isAdmitted,
      complete(run, value, frame, key) {
        if (value === null || value === undefined) throw new GraphQLError(message);
        complete(run, value, frame, key);
      },
    };
  }

  #compileNullable(
    facts: FieldFacts,
    type: GraphQLOutputType,
    typename: string | undefined,
    isRequired: boolean,
  ): Complete {
    if (isLeafType(type)) return compileLeaf(type);
    if (isListType(type)) return this.#compileList(facts, type.ofType, typename, isRequired);
    if (isAbstractType(type)) return this.#compileAbstract(facts, type, typename, isRequired);
    // A nullable type that is none of the above is an object type.
    return this.#compileObject(facts, type as GraphQLObjectType, typename, isRequired);
  }

  #compileList(
    facts: FieldFacts,
    itemType: GraphQLOutputType,
    typename: string | undefined,
    isRequired: boolean,
  ): Complete {
    const item = this.#compilePlace(facts, itemType, undefined);
    const { parentType, definition } = facts;
    const message = `Expected Iterable, but did not find one for field "${parentType.name}.${definition.name}".`;
    return (run, value, parent, key) => {
      if (value === null || value === undefined) return putNull(parent, key);
      if (typeof value !== 'object' || !(Symbol.iterator in value)) throw new GraphQLError(message);
      const target: unknown[] = [];
      // An array takes keys as an object does.
      const frame: Frame = {
        target: target as unknown as Target,
        parent,
        key,
        typename,
        isRequired,
        isNull: false,
      };
      parent.target[key] = target;
      let index = 0;
      // Its iterator was found above.
      for (const one of value as Iterable<unknown>) {
        if (isPromise(one)) run.wait(one, item, frame, index);
        else run.complete(one, item, frame, index);
        if (frame.isNull) return;
        index += 1;
      }
    };
  }

  #compileObject(
    facts: FieldFacts,
    type: GraphQLObjectType,
    typename: string | undefined,
    isRequired: boolean,
  ): Complete {
    // Compiled with the first value: fragments can nest deeper than any data.
    let fields: readonly Field[] | undefined;
    const start: Complete = (run, value, parent, key) => {
      fields ??= this.compileFields(type, facts.nodes);
      const target: Target = createTarget(fields);
      const frame: Frame = { target, parent, key, typename, isRequired, isNull: false };
      parent.target[key] = target;
      runFields(run, fields, frame, value);
    };
    const { isTypeOf } = type;
    if (!isTypeOf) {
      return (run, value, parent, key) => {
        if (value === null || value === undefined) putNull(parent, key);
        else start(run, value, parent, key);
      };
    }
    return (run, value, parent, key) => {
      if (value === null || value === undefined) return putNull(parent, key);
      const judge = (isIt: boolean): void => {
        if (!isIt) throw new GraphQLError(`Expected value of type "${type.name}" but got another.`);
        start(run, value, parent, key);
      };
      const verdict = isTypeOf(value, run.contextValue, infoOf(facts, key, run, parent));
      if (!isPromise(verdict)) return judge(verdict);
      const complete: Complete = (_run, isIt) => judge(isIt === true);
      run.wait(verdict, { nodes: facts.nodes, typename, isRequired, isAdmitted: false, complete }, parent, key);
    };
  }

  #compileAbstract(
    facts: FieldFacts,
    type: GraphQLAbstractType,
    typename: string | undefined,
    isRequired: boolean,
  ): Complete {
    const known = new Map<string, Complete>();
    const { schema } = this.#facts;
    const completeAs = (name: unknown): Complete => {
      const complete = typeof name === 'string' ? known.get(name) : undefined;
      if (complete) return complete;
      const runtimeType = typeof name === 'string' ? schema.getType(name) : undefined;
      if (!isObjectType(runtimeType) || !schema.isSubType(type, runtimeType)) {
        throw new GraphQLError(
          `Abstract type "${type.name}" was resolved to ${JSON.stringify(name)}, none of its types.`,
        );
      }
      const compiled = this.#compileObject(facts, runtimeType, typename, isRequired);
      known.set(runtimeType.name, compiled);
      return compiled;
    };
    const resolveType = type.resolveType ?? defaultTypeResolver;
    return (run, value, parent, key) => {
      if (value === null || value === undefined) return putNull(parent, key);
      const name = resolveType(value, run.contextValue, infoOf(facts, key, run, parent), type);
      if (!isPromise(name)) return completeAs(name)(run, value, parent, key);
      const complete: Complete = (_run, resolved) => completeAs(resolved)(run, value, parent, key);
      run.wait(name, { nodes: facts.nodes, typename, isRequired, isAdmitted: false, complete }, parent, key);
    };
  }
}

function compileLeaf(type: GraphQLLeafType): Complete {
  return (_run, value, frame, key) => {
    if (value === null || value === undefined) return putNull(frame, key);
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined) {
      throw new GraphQLError(`Expected \`${type.name}.serialize\` to return a value, but it returned none.`);
    }
    frame.target[key] = serialized;
  };
}

function putNull(frame: Frame, key: string | number): void {
  frame.target[key] = null;
}
