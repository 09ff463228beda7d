import type { SelectionSetNode } from 'graphql';
import { type Fragments, forEachField, fragmentsByName } from '../document/fragments.ts';
import { responseKey } from '../document/response-keys.ts';
import { type FetchStep, isEntityStep } from './fetch-step.ts';
import { fetchDocument, operationOf } from './merge-operations.ts';
import type { PathNode } from './path-tree.ts';

/** The fields that one step's result adds to a place, for objects of any type. */
export interface ProvidedFields {
  readonly leaves: ReadonlySet<string>;
  readonly composites: ReadonlySet<string>;
}

/** The response keys that a step adds directly to each of its targets. */
export function topLevelKeys(step: FetchStep): string[] {
  const { sets, fragments } = stepSelections(step);
  return [...flatFields(sets, fragments).keys()];
}

/** Knows which steps add which fields to which places. */
export class Provisions {
  readonly #providers = new Map<PathNode, { step: FetchStep; fields: ProvidedFields }[]>();
  readonly #reached = new Map<FetchStep, PathNode[]>();

  constructor(steps: readonly FetchStep[], nodes: readonly PathNode[]) {
    const byPath = Map.groupBy(nodes, (node) => node.key);
    const trees = Map.groupBy(nodes, (node) => node.parent?.key);
    for (const step of steps) {
      const { sets, fragments } = stepSelections(step);
      const seen = new Set<string>();
      const visit = (path: string, level: readonly SelectionSetNode[]): void => {
        if (seen.has(path)) return;
        seen.add(path);
        for (const node of trees.get(path) ?? []) {
          const inner = node.step?.kind === 'item' ? level : flatFields(level, fragments).get(nameOf(node));
          if (!inner || inner.length === 0) continue;
          const at = node.key;
          for (const same of byPath.get(at) ?? []) this.#add(step, same, splitFields(inner, fragments));
          visit(at, inner);
        }
      };
      visit(step.at.key, sets);
    }
  }

  /** The fields that a place gets from steps that start above it. */
  at(node: PathNode): readonly ProvidedFields[] {
    return this.#providers.get(node)?.map(({ fields }) => fields) ?? [];
  }

  /** The places below a step's own place that its result contains. */
  reachedBy(step: FetchStep): readonly PathNode[] {
    return this.#reached.get(step) ?? [];
  }

  #add(step: FetchStep, node: PathNode, fields: ProvidedFields): void {
    const providers = this.#providers.get(node) ?? [];
    if (providers.some((provider) => provider.step === step)) return;
    this.#providers.set(node, [...providers, { step, fields }]);
    const reached = this.#reached.get(step);
    if (reached) reached.push(node);
    else this.#reached.set(step, [node]);
  }
}

function nameOf({ step }: PathNode): string {
  return step?.kind === 'field' ? step.name : '';
}

function stepSelections(step: FetchStep): { sets: readonly SelectionSetNode[]; fragments: Fragments } {
  const document = fetchDocument(step.fetch);
  const fragments = fragmentsByName(document);
  const { selectionSet } = operationOf(document);
  if (!isEntityStep(step)) return { sets: [selectionSet], fragments };
  const entities = flatFields([selectionSet], fragments).get('_entities');
  if (!entities) throw new Error('the planner made an entity fetch without _entities');
  return { sets: entities, fragments };
}

function splitFields(sets: readonly SelectionSetNode[], fragments: Fragments): ProvidedFields {
  const fields = [...flatFields(sets, fragments)];
  return {
    leaves: new Set(fields.filter(([, inner]) => inner.length === 0).map(([key]) => key)),
    composites: new Set(fields.filter(([, inner]) => inner.length > 0).map(([key]) => key)),
  };
}

/**
 * The fields of selection sets and of their fragments by response key, with the selection sets on each field. A named
 * fragment counts once, even if it is spread several times.
 */
function flatFields(sets: readonly SelectionSetNode[], fragments: Fragments): Map<string, SelectionSetNode[]> {
  const fields = new Map<string, SelectionSetNode[]>();
  forEachField(sets, fragments, (field) => {
    const key = responseKey(field);
    const inner = fields.get(key) ?? [];
    if (field.selectionSet) inner.push(field.selectionSet);
    fields.set(key, inner);
  });
  return fields;
}
