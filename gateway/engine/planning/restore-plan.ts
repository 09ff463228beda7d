import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { CorrectedSupergraph } from '../supergraph/corrections.ts';
import { pruneOperation } from './prune-operation.ts';

/**
 * Turns a plan made on the corrected supergraph into one the real subgraphs understand. In operations a stand-in
 * becomes an alias of the real field; in `requires` it keeps its key as `alias`, since the data has that key, and has
 * the real field's `name`, under which the subgraph expects the value. Fields whose requirements need the same name
 * for different values are fetched apart.
 */
export function restorePlan(plan: QueryPlan, corrected: CorrectedSupergraph): QueryPlan {
  if (corrected.standIns.size === 0 || !plan.node) return plan;
  const { node } = plan;
  if (node.kind !== 'Subscription') return { ...plan, node: restoreNode(node, corrected) };
  const primary = restoreFetch(node.primary, corrected);
  const rest = node.rest && restoreNode(node.rest, corrected);
  return { ...plan, node: { ...node, primary, rest } };
}

function restoreNode(node: PlanNode, corrected: CorrectedSupergraph): PlanNode {
  const restore = (child: PlanNode): PlanNode => restoreNode(child, corrected);
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(restore) };
    case 'Flatten':
      return { ...node, node: restore(node.node) };
    case 'Condition':
      return {
        ...node,
        ifClause: node.ifClause && restore(node.ifClause),
        elseClause: node.elseClause && restore(node.elseClause),
      };
    case 'Defer':
      return {
        ...node,
        primary: { ...node.primary, node: node.primary.node && restore(node.primary.node) },
        deferred: node.deferred.map((part) => ({ ...part, node: part.node && restore(part.node) })),
      };
    case 'Fetch': {
      const parts = separateConflicts(node, corrected).map((fetch) => restoreFetch(fetch, corrected));
      return parts.length === 1 ? parts[0]! : { kind: 'Parallel', nodes: parts };
    }
  }
}

function restoreFetch(fetch: FetchNode, { standIns }: CorrectedSupergraph): FetchNode {
  const document = parse(fetch.operation, { noLocation: true });
  const restored: DocumentNode = visit(document, {
    Field(field): FieldNode | undefined {
      const standIn = standIns.get(field.name.value);
      if (!standIn) return undefined;
      const alias = field.alias ?? { kind: Kind.NAME, value: field.name.value };
      return { ...field, alias, name: { kind: Kind.NAME, value: standIn.name }, arguments: argumentsOf(standIn.args) };
    },
  });
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(restored)),
    requires: fetch.requires?.map(restoreRequired),
  };

  function restoreRequired(selection: QueryPlanSelectionNode): QueryPlanSelectionNode {
    const selections = selection.selections?.map(restoreRequired);
    if (selection.kind === 'InlineFragment') return { ...selection, selections: selections ?? [] };
    const standIn = standIns.get(selection.name);
    const restoredField = standIn ? { ...selection, alias: selection.name, name: standIn.name } : selection;
    return selections ? { ...restoredField, selections } : restoredField;
  }
}

function argumentsOf(args: string): readonly ArgumentNode[] {
  const [definition] = parse(`{ field${args} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`not arguments: ${args}`);
  const [field] = definition.selectionSet.selections;
  return field?.kind === Kind.FIELD ? (field.arguments ?? []) : [];
}

/** Splits an entity fetch so that no representation needs one field under two different arguments. */
function separateConflicts(fetch: FetchNode, corrected: CorrectedSupergraph): FetchNode[] {
  const document = parse(fetch.operation, { noLocation: true });
  const places = new Set<string>();
  forEachEntityField(document, (type, field) => {
    for (const place of placesOf(fetch, type, field, corrected)) places.add(place);
  });
  if (!fetch.requires || !hasConflict(places, corrected)) return [fetch];

  const groups: Set<string>[] = [];
  const groupOf = (needed: readonly string[]): number => {
    const fits = groups.findIndex((group) => !hasConflict(new Set([...group, ...needed]), corrected));
    if (fits < 0) return groups.push(new Set(needed)) - 1;
    for (const place of needed) groups[fits]!.add(place);
    return fits;
  };
  const assigned = new Map<FieldNode, number>();
  forEachEntityField(document, (type, field) => assigned.set(field, groupOf(placesOf(fetch, type, field, corrected))));
  return groups.map((group, index) => {
    const unused = new Set([...places].filter((place) => !group.has(place)));
    const pruned = pruneOperation(keepEntityFields(document, (field) => assigned.get(field) === index));
    return {
      ...fetch,
      operation: print(pruned.document),
      variableUsages: pruned.variables.filter((name) => name !== 'representations'),
      requires: withoutPlaces(fetch.requires ?? [], unused, ''),
    };
  });
}

function placesOf(
  fetch: FetchNode,
  type: string,
  field: FieldNode,
  { standInsOf }: CorrectedSupergraph,
): readonly string[] {
  return standInsOf.get(`${fetch.serviceName}/${type}.${field.name.value}`) ?? [];
}

/** Whether two stand-ins of one field are needed at the same place. */
function hasConflict(places: ReadonlySet<string>, { standIns }: CorrectedSupergraph): boolean {
  const real = [...places].map((place) =>
    place
      .split('.')
      .map((key) => standIns.get(key)?.name ?? key)
      .join('.'),
  );
  return new Set(real).size < real.length;
}

/** Visits the fields directly on entities: `_entities { ... on Type { field } }`, through named fragments too. */
function forEachEntityField(document: DocumentNode, visitField: (type: string, field: FieldNode) => void): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD || selection.name.value !== '_entities') continue;
      visitSet(selection.selectionSet!, '');
    }
  }

  function visitSet(set: SelectionSetNode, type: string): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) visitField(type, selection);
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        visitSet(selection.selectionSet, selection.typeCondition?.name.value ?? type);
      }
      if (selection.kind !== Kind.FRAGMENT_SPREAD) continue;
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      );
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION)
        visitSet(fragment.selectionSet, fragment.typeCondition.name.value);
    }
  }
}

/** The operation with only some of the fields directly on entities, and without fragments that are left empty. */
function keepEntityFields(document: DocumentNode, keep: (field: FieldNode) => boolean): DocumentNode {
  const entityFields = new Set<SelectionNode>();
  forEachEntityField(document, (_type, field) => entityFields.add(field));
  return visit(document, {
    Field: { enter: (field) => (entityFields.has(field) && !keep(field) ? null : undefined) },
    InlineFragment: { leave: (fragment) => (fragment.selectionSet.selections.length === 0 ? null : undefined) },
  });
}

function withoutPlaces(
  selections: readonly QueryPlanSelectionNode[],
  unused: ReadonlySet<string>,
  path: string,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'InlineFragment') {
      return [{ ...selection, selections: withoutPlaces(selection.selections, unused, path) }];
    }
    const at = path === '' ? selection.name : `${path}.${selection.name}`;
    if (unused.has(at)) return [];
    if (!selection.selections) return [selection];
    return [{ ...selection, selections: withoutPlaces(selection.selections, unused, at) }];
  });
}
