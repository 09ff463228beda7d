import type { PathNode } from '../compile/path-tree.ts';
import type { Places } from '../compile/program.ts';
import { jsonText } from '../respond/json-text.ts';
import { assignKey, isOwned, OWN, type Owned, own, ownArray } from './own.ts';

/**
 * The data of one operation while it is being fetched, and the objects at each place of it that fetches start from.
 * Objects on the way to such a place are copies of the engine's own; below, subgraph data is referred to as it came.
 */
export class ResponseTree {
  readonly root: Owned;
  readonly #places: Places;
  readonly #targets: (Owned[] | undefined)[] = [];
  readonly #canonical: (Map<string, Owned> | undefined)[] = [];
  #walk = 0;

  constructor(places: Places, seed: object = {}) {
    this.#places = places;
    this.root = own(seed);
  }

  /** The distinct objects at a place, in document order. */
  targetsAt(node: PathNode): readonly Owned[] {
    const known = this.#targets[node.id];
    if (known) return known;
    const targets = node.parent ? this.#walkInto(node, node.parent) : [this.root];
    this.#targets[node.id] = targets;
    return targets;
  }

  /** Forgets what was found at places that newly merged data reaches. */
  touch(places: readonly number[]): void {
    for (const id of places) this.#targets[id] = undefined;
  }

  /** Objects at a place and, below a list, lists: the latter only as steps on the way to their items. */
  #walkInto(node: PathNode, parent: PathNode): Owned[] {
    const containers = this.targetsAt(parent);
    const found: Owned[] = [];
    const visit = { node, found, walk: ++this.#walk };
    if (node.step?.kind === 'field') {
      const { name } = node.step;
      for (const container of containers) {
        const value = Object.hasOwn(container, name) ? container[name] : undefined;
        if (typeof value !== 'object' || value === null) continue;
        const owned = this.#take(value, visit);
        if (owned !== value) assignKey(container, name, owned);
      }
      return found;
    }
    for (const list of containers as unknown as unknown[][]) {
      if (!Array.isArray(list)) continue;
      for (let index = 0; index < list.length; index++) {
        const value = list[index];
        if (typeof value === 'object' && value !== null) list[index] = this.#take(value, visit);
      }
    }
    return found;
  }

  /** The engine's own form of a value found at a place; adds it to what this walk found unless it was there already. */
  #take(value: object, visit: { node: PathNode; found: Owned[]; walk: number }): object {
    if (!this.#satisfiesTypes(visit.node, value)) return value;
    const owned = isOwned(value) ? value : this.#adopt(value, visit.node);
    if (owned[OWN] !== visit.walk) {
      owned[OWN] = visit.walk;
      visit.found.push(owned);
    }
    return owned;
  }

  #adopt(value: object, node: PathNode): Owned {
    if (Array.isArray(value)) return ownArray(value) as unknown as Owned;
    const keys = this.#places.canonicalKeys[node.id];
    const content = keys && contentKey(value as Record<string, unknown>, keys);
    if (content === undefined) return own(value);
    this.#canonical[node.id] ??= new Map();
    const canonical = this.#canonical[node.id]!;
    let owned = canonical.get(content);
    if (!owned) {
      owned = own(value);
      canonical.set(content, owned);
    }
    return owned;
  }

  #satisfiesTypes(node: PathNode, value: object): boolean {
    const types = node.step?.types;
    if (!types || Array.isArray(value)) return true;
    const typename = (value as Record<string, unknown>).__typename;
    return typeof typename !== 'string' || types.includes(typename);
  }
}

/** Equal for objects of equal content; undefined when a key that should hold a leaf holds something else. */
function contentKey(object: Record<string, unknown>, keys: readonly string[]): string | undefined {
  let content = '';
  for (const key of keys) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (typeof value === 'object' && value !== null) return undefined;
    content += value === undefined ? ',' : `${jsonText(value)},`;
  }
  return content;
}
