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

/** Rewrites an operation for the planner. The client's response stays the same, since it is written from the client's own document. */
export type Rewriting = (document: DocumentNode) => DocumentNode;

/**
 * The rewritings of an operation for the planner, the best first. The later ones are for operations on which the planner fails.
 * 1. Unfolds selections on objects from a subgraph that knows their interface as an object. There the planner loses fragments on other interfaces. For
 *    fields with `@requires` inside type conditions it makes fetches that wait for themselves, until memory runs out.
 * 2. Also moves conditions from fragments to fields, since the planner fails on some fragments with conditions.
 * 3. Also selects the fields of all interfaces on each object type: fields that need the context of an object type can't be selected on an interface.
 * 4. Removes conditions. Then more is fetched than the response needs, which is better than a failure.
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

/** Removes conditions from queries. In a mutation, an excluded field must not run. */
function withoutConditions(document: DocumentNode): DocumentNode {
  const isQuery = document.definitions.every(
    (node) => node.kind !== Kind.OPERATION_DEFINITION || node.operation === OperationTypeNode.QUERY,
  );
  return isQuery ? visit(document, { Directive: (node) => (isCondition(node) ? null : undefined) }) : document;
}

/** Removes the markers that rewritings added for the planner. */
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
