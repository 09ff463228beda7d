import type { QueryPlan } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Place } from '../compile/places.ts';
import { compilePrograms, type Program } from '../compile/program.ts';
import type { Conditions } from '../document/conditions.ts';
import { isDeferred } from '../document/defer.ts';
import { plannedKey } from '../document/response-keys.ts';
import { isIncluded } from '../document/select-fields.ts';
import { type EngineError, requestError } from '../errors.ts';
import type { ErrorPlaces } from '../execute/error-log.ts';
import { introspectionWriter } from '../respond/introspection.ts';
import { leftOutPaths } from '../respond/left-out.ts';
import { compileWriter, type ValueWriter } from '../respond/writer.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import type { DeferredFragment } from './labels.ts';
import { type DeferredPart, splitPlan } from './parts.ts';
import { typeAtPath } from './path-type.ts';

/** A delivery that is ready to run. */
export interface CompiledPart {
  readonly part: DeferredPart;
  /** Keys of the fetched data to the objects that it adds to, without list items; `... on Type` narrows them. */
  readonly path: readonly string[];
  /** The client's label. */
  readonly label: string | undefined;
  readonly program: Program;
  /** Writes what the part adds to one object; undefined when it adds nothing of its own. */
  readonly write: ValueWriter | undefined;
}

/** An operation whose response comes in parts, under known values of its conditions. */
export interface IncrementalVariant extends ErrorPlaces {
  readonly places: readonly Place[];
  readonly primary: Program;
  readonly writePrimary: ValueWriter;
  readonly parts: readonly CompiledPart[];
  /** Errors known before anything is fetched: fields the client may not see. */
  readonly refusals: readonly EngineError[];
}

/** What is known of an operation before the values of its conditions are. */
export interface DeferringOperation extends Pick<ErrorPlaces, 'clientPath'> {
  readonly definition: OperationDefinitionNode;
  readonly plan: QueryPlan;
  readonly model: SupergraphModel;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly denied: ReadonlySet<FieldNode>;
  /** One error for each field the client may not see. */
  deniedErrors(): readonly EngineError[];
}

export function compileIncremental(
  operation: DeferringOperation,
  deferred: ReadonlyMap<string, DeferredFragment>,
  conditions: Conditions,
  nullsInPlace: boolean,
): IncrementalVariant {
  const { plan, model, fragments, definition } = operation;
  const { apiSchema: schema, plannerNames } = model;
  if (plan.node?.kind === 'Subscription') throw requestError('BAD_USER_INPUT', 'A subscription can defer nothing');
  const rootType = schema.getRootType(definition.operation);
  if (!rootType) throw requestError('GRAPHQL_VALIDATION_FAILED', `The schema has no ${definition.operation} type`);
  const { primary, parts } = splitPlan(plan.node, conditions);
  const { programs, places } = compilePrograms([primary, ...parts.map((part) => part.node)], conditions, model);
  const introspected = { schema, fragments, variableDefinitions: definition.variableDefinitions ?? [] };
  const dataKey = (node: FieldNode) => plannedKey(node, plannerNames);
  const takesFragment = (directives: readonly DirectiveNode[] | undefined) => !isDeferred(directives, conditions);
  const options = {
    schema,
    fragments,
    conditions,
    dataKey,
    denied: operation.denied,
    hiddenNames: model.hiddenNames,
    interfaceObjects: model.interfaceObjects,
    takesFragment,
    nullsInPlace,
    // Text of an object is different in each part, so none is kept.
    repetition: () => 'never' as const,
    introspection: (node: Parameters<typeof introspectionWriter>[1]) => introspectionWriter(introspected, node),
  };
  return {
    places,
    clientPath: operation.clientPath,
    isLeftOut: leftOutPaths(definition.selectionSet, options, plannerNames),
    primary: programs[0]!,
    refusals: operation.deniedErrors(),
    writePrimary: compileWriter(options, rootType, [definition.selectionSet]),
    parts: parts.map((part, index) => {
      const fragment = part.label === undefined ? undefined : deferred.get(part.label);
      const path = fragment?.within ? pathOf(fragment.within, dataKey) : part.path;
      const type = typeAtPath(options, rootType, definition.selectionSet, path, dataKey);
      const isLeftOut = fragment?.within?.some(({ directives }) => !isIncluded(directives, conditions));
      const write = fragment && !isLeftOut ? compileWriter(options, type, [fragment.selection]) : undefined;
      return { part, path, label: fragment?.label, program: programs[index + 1]!, write };
    }),
  };
}

/** Keys of the fetched data to the objects of a fragment; `... on Type` narrows them. */
function pathOf(
  within: NonNullable<DeferredFragment['within']>,
  dataKey: (node: FieldNode) => string,
): readonly string[] {
  return within.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [dataKey(node)];
    return node.typeCondition ? [`... on ${node.typeCondition.name.value}`] : [];
  });
}
