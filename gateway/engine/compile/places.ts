import { Code, readKey, writeKey } from '../codegen/code.ts';
import { jsonText } from '../values/json-text.ts';
import { OWN, type Owned, own, TEXT, WRITER } from '../values/own.ts';
import { type FetchStep, hasContext } from './fetch-step.ts';
import type { PathNode } from './path-tree.ts';
import { type ProvidedFields, type Provisions, topLevelKeys } from './provided-fields.ts';

/** A path of the response that fetches start from or pass, with generated functions for the objects there. */
export interface Place {
  readonly id: number;
  readonly parent: Place | undefined;
  /** Whether the place is the items of a list, not the value of a field. */
  readonly isItem: boolean;
  readonly types: readonly string[] | undefined;
  /** Reads the value at this place from an object at the parent place. */
  readonly read: (container: Owned) => unknown;
  readonly write: (container: Owned, value: unknown) => void;
  /** Copies an object that a subgraph sent, with properties for the fields that will be merged into it. */
  readonly copy: (source: object) => Owned;
  /**
   * A key that is equal for objects of equal content, before anything is merged into them; undefined when objects can't be
   * compared. Objects with equal keys become one object: every later fetch selects the same for them, so they stay equal.
   */
  readonly contentKey: ((source: object) => string | undefined) | undefined;
  /**
   * Whether an object that repeats in a subgraph's response may stay one object here. That requires that only fetches that start at this place
   * add to it: fields that are merged through a parent object may differ from parent to parent.
   */
  readonly sharesRepeats: boolean;
}

/** With more keys than this, comparing objects costs more than merging equal ones saves. */
const MAX_CONTENT_KEYS = 4;

export function compilePlaces(
  nodes: readonly PathNode[],
  steps: readonly FetchStep[],
  provisions: Provisions,
): Place[] {
  const shared = nodesSharingPaths(nodes);
  const stepsAt = Map.groupBy(steps, (step) => step.at);
  const rewritten = steps.some((step) => (step.fetch.outputRewrites?.length ?? 0) > 0);
  const contextual = steps.some(hasContext);
  const places: Place[] = [];
  for (const node of nodes) {
    const provided = provisions.at(node);
    const merged = (stepsAt.get(node) ?? []).flatMap(topLevelKeys);
    const name = node.step?.kind === 'field' ? node.step.name : undefined;
    const comparable = !shared.has(node) && !rewritten && !contextual;
    places.push({
      id: node.id,
      parent: node.parent && places[node.parent.id],
      isItem: node.step?.kind === 'item',
      types: node.step?.types,
      read: compileRead(name),
      write: compileWrite(name),
      copy: rewritten || !node.parent ? own : compileCopy(provided, merged),
      contentKey: comparable ? compileContentKey(provided) : undefined,
      sharesRepeats: comparable && provided.length === 1,
    });
  }
  return places;
}

/**
 * Nodes that differ only in type conditions. Under different parent types, one response key may have different
 * arguments, so objects there must not become one.
 */
function nodesSharingPaths(nodes: readonly PathNode[]): Set<PathNode> {
  const byPath = Map.groupBy(nodes, (node) => node.key);
  return new Set([...byPath.values()].filter((group) => group.length > 1).flat());
}

function compileRead(name: string | undefined): Place['read'] {
  return new Code().compile(
    ['container'],
    name === undefined ? 'return container;' : `return ${readKey('container', name)};`,
  );
}

function compileWrite(name: string | undefined): Place['write'] {
  return new Code().compile(
    ['container', 'value'],
    name === undefined ? '' : `${writeKey('container', name, 'value')};`,
  );
}

/** Copies into one shape per place: see docs/performance.md, P18. */
function compileCopy(provided: readonly ProvidedFields[], merged: readonly string[]): Place['copy'] {
  const code = new Code();
  const kept = new Set(provided.flatMap(({ leaves, composites }) => [...leaves, ...composites]));
  const properties = [...kept].map((key) => `[${JSON.stringify(key)}]: ${readKey('source', key)}`);
  const room = merged.filter((key) => !kept.has(key)).map((key) => `[${JSON.stringify(key)}]: undefined`);
  const marks = [`[${code.bind(OWN)}]: 0`, `[${code.bind(TEXT)}]: undefined`, `[${code.bind(WRITER)}]: 0`];
  return code.compile(['source'], `return { ${[...properties, ...new Set(room), ...marks].join(', ')} };`);
}

function compileContentKey(provided: readonly ProvidedFields[]): Place['contentKey'] {
  const keys = new Set(provided.flatMap(({ leaves }) => [...leaves]));
  const opaque = provided.some(({ composites }) => composites.size > 0);
  if (opaque || keys.size === 0 || keys.size > MAX_CONTENT_KEYS) return undefined;
  const code = new Code();
  const text = code.bind(jsonText);
  const lines = ['let value, content = "";'];
  for (const key of keys) {
    lines.push(`value = ${readKey('source', key)};`);
    lines.push('if (typeof value === "object" && value !== null) return undefined;');
    lines.push(`content += value === undefined ? "," : ${text}(value) + ",";`);
  }
  return code.compile(['source'], `${lines.join('\n')}\nreturn content;`);
}
