import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  OperationTypeNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { plannerDirective } from '../supergraph/corrections.ts';
import { fieldsToInterfaceObjects } from '../supergraph/interface-objects.ts';
import { mapFetches } from './map-fetches.ts';
import type { PlannedGraph } from './separate-types.ts';
import { isCondition, type UnfoldingAt, unfoldTypes } from './unfold-types.ts';

/** An operation in other words; clients get the same, since a response is written by what they selected. */
export type Rewriting = (document: DocumentNode) => DocumentNode;

/**
 * The ways to write an operation for the planner, the best first; the others are for operations on which the planner fails.
 * 1. Where objects come from a subgraph that knows their interface as an object, the planner loses fragments on other interfaces, and makes fetches
 *    that wait for themselves (and take all memory) of fields with `@requires` inside of type conditions.
 * 2. There too, it fails on some fragments with conditions.
 * 3. Fields that need the context of an object type can't be had of an interface.
 * 4. Without conditions more is fetched than is written, which is better than nothing.
 */
export function createRewritings(
  supergraph: DocumentNode,
  { schema, interfaceObjects, requiredBy }: Pick<PlannedGraph, 'schema' | 'interfaceObjects' | 'requiredBy'>,
): readonly Rewriting[] {
  const toObjects = fieldsToInterfaceObjects(supergraph, schema, interfaceObjects);
  const required = new Set([...requiredBy.keys()].map((coordinate) => coordinate.slice(coordinate.indexOf('/') + 1)));
  const atObjects =
    (conditionsOnFields: boolean): UnfoldingAt =>
    (parent, field) => {
      const objects = toObjects.get(`${parent}.${field}`);
      const isForAll = ({ name }: FieldNode) => objects?.some((type) => required.has(`${type}.${name.value}`)) ?? false;
      return objects && { everyType: false, objects, isForAll, conditionsOnFields };
    };
  const [simply, onFields] = [atObjects(false), atObjects(true)];
  const everywhere: UnfoldingAt = (parent, field) =>
    onFields(parent, field) ?? { everyType: true, objects: [], isForAll: () => false, conditionsOnFields: true };
  return [
    ...[simply, onFields, everywhere].map(
      (at): Rewriting =>
        (document) =>
          unfoldTypes(document, schema, at),
    ),
    (document) => unfoldTypes(withoutConditions(document), schema, onFields),
  ];
}

/** Queries only: what another operation leaves out must not be done. */
function withoutConditions(document: DocumentNode): DocumentNode {
  const isQuery = document.definitions.every(
    (node) => node.kind !== Kind.OPERATION_DEFINITION || node.operation === OperationTypeNode.QUERY,
  );
  return isQuery ? visit(document, { Directive: (node) => (isCondition(node) ? null : undefined) }) : document;
}

/** The plan without what rewritings left in it for the planner. */
export function withoutMarkers(plan: QueryPlan): QueryPlan {
  return mapFetches(plan, (fetch) => {
    if (!fetch.operation.includes(`@${plannerDirective}`)) return [fetch];
    const document = parse(fetch.operation, { noLocation: true });
    const operation = visit(document, {
      Directive: ({ name }) => (name.value === plannerDirective ? null : undefined),
    });
    return [{ ...fetch, operation: stripIgnoredCharacters(print(operation)) }];
  });
}
