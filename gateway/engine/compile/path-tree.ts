import type { ResponsePath } from '@apollo/query-planner';

/** One step of a plan's path: into a field's value, or into every item of a list. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string; readonly types: readonly string[] | undefined }
  | { readonly kind: 'item'; readonly types: readonly string[] | undefined };

/** A path of the response at which fetches start, or a prefix of one. Equal paths share one node, so that targets are searched once. */
export interface PathNode {
  readonly id: number;
  readonly parent: PathNode | undefined;
  readonly step: PathStep | undefined;
  /** Response keys and `@` from the root, joined by dots. Nodes that differ only in type conditions have equal keys. */
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
      // A planner's path starts with an empty element. It may have a type condition on the root type, which always holds.
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

/** Parses an element of a planner's path. Type conditions follow the name: `media|[Book,Film]`. */
function parseStep(text: string): PathStep {
  const bar = text.indexOf('|[');
  const name = bar < 0 ? text : text.slice(0, bar);
  const types = bar < 0 ? undefined : text.slice(bar + 2, -1).split(',');
  return name === '@' ? { kind: 'item', types } : { kind: 'field', name, types };
}
