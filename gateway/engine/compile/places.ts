import { Code, readKey, writeKey } from '../codegen/code.ts';
import { jsonText } from '../values/json-text.ts';
import { OWN, type Owned, own, TEXT, WRITER } from '../values/own.ts';
import { type FetchStep, hasContext } from './fetch-step.ts';
import type { PathNode } from './path-tree.ts';
import { type ProvidedFields, type Provisions, topLevelKeys } from './provided-fields.ts';

/** A place in the response that fetches start from or pass, with functions generated for the objects found there. */
export interface Place {
  readonly id: number;
  readonly parent: Place | undefined;
  /** Whether the place is a list's items rather than a field's value. */
  readonly isItem: boolean;
  readonly types: readonly string[] | undefined;
  /** Reads the place's value out of an object at the parent place. */
  readonly read: (container: Owned) => unknown;
  readonly write: (container: Owned, value: unknown) => void;
  /** Copies an object a subgraph sent, with room for what will be merged into it. */
  readonly copy: (source: object) => Owned;
  /**
   * Equal for objects of equal content, before anything is merged into them; undefined when they can't be compared.
   * Objects with equal keys stay equal, since every later fetch is asked the same about them: so they become one.
   */
  readonly contentKey: ((source: object) => string | undefined) | undefined;
  /**
   * Whether an object that a subgraph's answer repeats may be one object here. Only where nothing but fetches from the objects themselves adds
   * to them: what is merged in through their containers may differ from container to container.
   */
  readonly sharesRepeats: boolean;
}

/** More keys than this cost more to compare than equal objects save. */
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
 * Nodes that differ only in type conditions. Under different parent types one response key may stand for different
 * arguments, so objects found there aren't interchangeable.
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
