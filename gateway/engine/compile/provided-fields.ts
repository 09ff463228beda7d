import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { type FetchStep, isEntityStep } from './fetch-step.ts';
import { fetchDocument, fragmentsOf, operationOf } from './merge-operations.ts';
import { type PathNode, pathOf } from './path-tree.ts';

/** What one step's answer brings to a place below its own. */
export interface ProvidedFields {
  readonly leaves: ReadonlySet<string>;
  readonly composites: ReadonlySet<string>;
}

/** Response keys at the top of what a step brings to each of its targets. */
export function topLevelKeys(step: FetchStep): string[] {
  const { selections, fragments } = stepSelections(step);
  return [...new Set(flatFields(selections, fragments).map(({ key }) => key))];
}

/** What `step` brings to `node`; undefined when `node` isn't below it or its answer doesn't reach there. */
export function providedAt(step: FetchStep, node: PathNode): ProvidedFields | undefined {
  const target = pathOf(node);
  const mount = pathOf(step.at);
  if (target.length <= mount.length || !mount.every((key, index) => key === target[index])) return undefined;
  const { selections, fragments } = stepSelections(step);
  let level = [selections];
  for (const key of target.slice(mount.length)) {
    if (key === '@') continue;
    level = level.flatMap((set) =>
      flatFields(set, fragments).flatMap((field) => (field.key === key && field.set ? [field.set] : [])),
    );
  }
  if (level.length === 0) return undefined;
  const fields = level.flatMap((set) => flatFields(set, fragments));
  return {
    leaves: new Set(fields.filter((field) => !field.set).map((field) => field.key)),
    composites: new Set(fields.filter((field) => field.set).map((field) => field.key)),
  };
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
interface ProvidedField {
  readonly key: string;
  readonly set: SelectionSetNode | undefined;
}

function stepSelections(step: FetchStep): { selections: SelectionSetNode; fragments: Fragments } {
  const document: DocumentNode = fetchDocument(step.fetch);
  const fragments = new Map(fragmentsOf(document).map((fragment) => [fragment.name.value, fragment]));
  const { selectionSet } = operationOf(document);
  if (!isEntityStep(step)) return { selections: selectionSet, fragments };
  const entities = flatFields(selectionSet, fragments).find((field) => field.set);
  if (!entities?.set) throw new Error('the planner made an entity fetch without _entities');
  return { selections: entities.set, fragments };
}

/** Fields of a selection set and its fragments; each named fragment counts once, however often it is spread. */
function flatFields(set: SelectionSetNode, fragments: Fragments, visited = new Set<string>()): ProvidedField[] {
  const fields: ProvidedField[] = [];
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      fields.push({ key: selection.alias?.value ?? selection.name.value, set: selection.selectionSet });
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      fields.push(...flatFields(selection.selectionSet, fragments, visited));
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      fields.push(...flatFields(fragments.get(selection.name.value)!.selectionSet, fragments, visited));
    }
  }
  return fields;
}
