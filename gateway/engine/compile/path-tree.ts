import type { ResponsePath } from '@apollo/query-planner';

/** One hop of a plan's path: into a field's value, or into every item of a list. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string; readonly types: readonly string[] | undefined }
  | { readonly kind: 'item'; readonly types: readonly string[] | undefined };

/** A place in the response where fetches meet. Equal paths share one node, so that their work is shared too. */
export interface PathNode {
  readonly id: number;
  readonly parent: PathNode | undefined;
  readonly step: PathStep | undefined;
  /** Response keys and `@` from the root, joined by dots; nodes that differ only in type conditions have the same. */
  readonly key: string;
  readonly children: Map<string, PathNode>;
}

export class PathTree {
  readonly nodes: PathNode[] = [];
  readonly root: PathNode;

  constructor() {
    this.root = this.#add(undefined, undefined);
  }

  /** Finds or adds the node of a planner's path: `['', 'users', '@|[Admin]', 'reviews']`. */
  nodeAt(path: ResponsePath): PathNode {
    let node = this.root;
    for (const element of path) {
      const text = String(element);
      // The planner starts paths with an empty element, and may narrow it to the root type, which is always true.
      if (text === '' || text.startsWith('|[')) continue;
      node = node.children.get(text) ?? this.#extend(node, text);
    }
    return node;
  }

  #extend(parent: PathNode, text: string): PathNode {
    const node = this.#add(parent, parseStep(text));
    parent.children.set(text, node);
    return node;
  }

  #add(parent: PathNode | undefined, step: PathStep | undefined): PathNode {
    const name = step?.kind === 'item' ? '@' : step?.name;
    const key = name === undefined ? '' : parent?.parent ? `${parent.key}.${name}` : name;
    const node = { id: this.nodes.length, parent, step, key, children: new Map() };
    this.nodes.push(node);
    return node;
  }
}

/** The planner writes type conditions behind the element they narrow: `media|[Book,Film]`. */
function parseStep(text: string): PathStep {
  const bar = text.indexOf('|[');
  const name = bar < 0 ? text : text.slice(0, bar);
  const types = bar < 0 ? undefined : text.slice(bar + 2, -1).split(',');
  return name === '@' ? { kind: 'item', types } : { kind: 'field', name, types };
}
