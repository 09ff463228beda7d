import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { CorrectedSupergraph } from '../supergraph/corrections.ts';
import { restoreRequired } from '../supergraph/required-selections.ts';
import { forEachEntityField, parseEntityFetch, withEntityFields } from './entity-fields.ts';
import { mapFetches } from './map-fetches.ts';

/**
 * Turns a plan for the corrected supergraph into one for the real subgraphs. In operations, a stand-in becomes an alias of
 * the real field. In `requires`, `alias` is the stand-in's key in the data, and `name` is the real field, which the
 * subgraph expects. Fields that require one name with different values get separate fetches.
 */
export function restorePlan(plan: QueryPlan, corrected: CorrectedSupergraph): QueryPlan {
  if (corrected.standIns.size === 0) return plan;
  return mapFetches(plan, (fetch) => separateConflicts(fetch, corrected).map((part) => restoreFetch(part, corrected)));
}

function restoreFetch(fetch: FetchNode, { standIns }: CorrectedSupergraph): FetchNode {
  const document = parse(fetch.operation, { noLocation: true });
  const restored: DocumentNode = visit(document, {
    Field(field): FieldNode | undefined {
      const standIn = standIns.get(field.name.value);
      if (!standIn) return undefined;
      const alias = field.alias ?? { kind: Kind.NAME, value: field.name.value };
      return {
        ...field,
        alias,
        name: { kind: Kind.NAME, value: standIn.name },
        arguments: parseArguments(standIn.args),
      };
    },
  });
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(restored)),
    requires: fetch.requires?.map((selection) => restoreRequired(selection, standIns)),
  };
}

function parseArguments(args: string): readonly ArgumentNode[] {
  const [definition] = parse(`{ field${args} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`not arguments: ${args}`);
  const [field] = definition.selectionSet.selections;
  return field?.kind === Kind.FIELD ? (field.arguments ?? []) : [];
}

/** Splits an entity fetch so that no representation needs one field with two different arguments. */
function separateConflicts(fetch: FetchNode, corrected: CorrectedSupergraph): FetchNode[] {
  const document = parseEntityFetch(fetch);
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
    const reduced = withEntityFields(fetch, document, (field) => assigned.get(field) === index);
    return { ...reduced, requires: withoutPlaces(fetch.requires ?? [], unused, '') };
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

/** Whether two stand-ins for one field are needed at the same place. */
function hasConflict(places: ReadonlySet<string>, { standIns }: CorrectedSupergraph): boolean {
  const real = [...places].map((place) =>
    place
      .split('.')
      .map((key) => standIns.get(key)?.name ?? key)
      .join('.'),
  );
  return new Set(real).size < real.length;
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
