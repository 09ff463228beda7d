import type { QueryPlan } from '@apollo/query-planner';
import { type DirectiveNode, type FieldNode, Kind } from 'graphql';
import type { Place } from '../compile/places.ts';
import { compilePrograms, type Program } from '../compile/program.ts';
import type { Conditions } from '../document/conditions.ts';
import { isDeferred } from '../document/defer.ts';
import { isIncluded } from '../document/select-fields.ts';
import { type EngineError, requestError } from '../errors.ts';
import type { ErrorPlaces } from '../execute/error-report.ts';
import { leftOutPaths } from '../respond/left-out.ts';
import { rootTypeOf, type WrittenOperation, writerOptions } from '../respond/operation-writers.ts';
import { compileWriter, type ValueWriter } from '../respond/writer.ts';
import type { DeferredFragment } from './labels.ts';
import { type DeferredPart, splitPlan } from './parts.ts';
import { typeAtPath } from './path-type.ts';

/** One part of a deferred response, ready to run. */
export interface CompiledPart {
  readonly part: DeferredPart;
  /** The path to the objects that the part adds to: keys of the fetched data and `... on Type`, without list items. */
  readonly path: readonly string[];
  /** The client's label. */
  readonly label: string | undefined;
  readonly program: Program;
  /** Writes the part's addition to one object; undefined when it has none. */
  readonly write: ValueWriter | undefined;
}

/** An operation whose response comes in parts, under known values of its conditions. */
export interface IncrementalVariant extends ErrorPlaces {
  readonly places: readonly Place[];
  readonly primary: Program;
  readonly writePrimary: ValueWriter;
  readonly parts: readonly CompiledPart[];
  /** Errors known before anything is fetched: fields that the client may not see. */
  readonly refusals: readonly EngineError[];
}

/** The properties of an operation that don't depend on its conditions. */
export interface DeferringOperation extends WrittenOperation, Pick<ErrorPlaces, 'clientPath'> {
  readonly plan: QueryPlan;
  /** One error for each field that the client may not see. */
  deniedErrors(): readonly EngineError[];
}

export function compileIncremental(
  operation: DeferringOperation,
  deferred: ReadonlyMap<string, DeferredFragment>,
  conditions: Conditions,
  nullsInPlace: boolean,
): IncrementalVariant {
  const { plan, model, definition, dataKey } = operation;
  const { plannerNames } = model;
  if (plan.node?.kind === 'Subscription') throw requestError('BAD_USER_INPUT', "A subscription can't use `@defer`");
  const rootType = rootTypeOf(operation);
  const { primary, parts } = splitPlan(plan.node, conditions);
  const nodes = [primary, ...parts.map((part) => part.node)];
  const { programs, places } = compilePrograms(nodes, conditions, model, nullsInPlace);
  const options = {
    ...writerOptions(operation, conditions, nullsInPlace),
    takesFragment: (directives: readonly DirectiveNode[] | undefined) => !isDeferred(directives, conditions),
    // The text of an object differs from part to part, so none is kept.
    repetition: () => 'never' as const,
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
      const path = fragment?.within ? toPath(fragment.within, dataKey) : part.path;
      const type = typeAtPath(options, rootType, definition.selectionSet, path, dataKey);
      const isLeftOut = fragment?.within?.some(({ directives }) => !isIncluded(directives, conditions));
      const write = fragment && !isLeftOut ? compileWriter(options, type, [fragment.selection]) : undefined;
      return { part, path, label: fragment?.label, program: programs[index + 1]!, write };
    }),
  };
}

/** The path to the objects of a fragment: keys of the fetched data and `... on Type`. */
function toPath(
  within: NonNullable<DeferredFragment['within']>,
  dataKey: (node: FieldNode) => string,
): readonly string[] {
  return within.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [dataKey(node)];
    return node.typeCondition ? [`... on ${node.typeCondition.name.value}`] : [];
  });
}
