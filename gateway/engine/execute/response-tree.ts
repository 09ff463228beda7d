import type { Place } from '../compile/places.ts';
import { REPEATED } from '../ports.ts';
import { isOwned, OWN, type Owned, own, ownArray, SEVERAL_PLACES, WRITER } from '../values/own.ts';

/**
 * The data of one operation while it is being fetched, with the objects at each place from which fetches start. Objects on
 * the path to such a place are copies that the engine may change. Below it, the tree refers to the subgraph data itself.
 */
export class ResponseTree {
  readonly root: Owned;
  /** Whether all merged results are `UNESCAPED`, so that strings can be written without escaping. */
  isUnescaped = true;
  readonly #places: readonly Place[];
  readonly #targets: (Owned[] | undefined)[] = [];
  readonly #canonical: (Map<string, Owned> | undefined)[] = [];
  readonly #copies: (Map<object, Owned> | undefined)[] = [];
  #walk = 0;

  constructor(places: readonly Place[], seed: object = {}) {
    this.#places = places;
    this.root = own(seed);
  }

  /** The distinct objects at a place, in document order. A list counts as the object at the place above its items. */
  targetsAt(id: number): readonly Owned[] {
    const known = this.#targets[id];
    if (known) return known;
    const place = this.#places[id]!;
    const targets = place.parent ? this.#walkInto(place, this.targetsAt(place.parent.id)) : [this.root];
    this.#targets[id] = targets;
    return targets;
  }

  /** Marks places to be searched again, after data was merged that may contain new objects there. */
  touch(places: readonly number[]): void {
    for (const id of places) this.#targets[id] = undefined;
  }

  #walkInto(place: Place, containers: readonly Owned[]): Owned[] {
    const found: Owned[] = [];
    const walk = ++this.#walk;
    for (const container of containers) {
      if (place.isItem) {
        if (Array.isArray(container)) this.#walkItems(place, container, found, walk);
        continue;
      }
      const value = place.read(container);
      if (typeof value !== 'object' || value === null) continue;
      const taken = this.#take(place, value, found, walk);
      if (taken !== value) place.write(container, taken);
    }
    return found;
  }

  #walkItems(place: Place, items: unknown[], found: Owned[], walk: number): void {
    for (let index = 0; index < items.length; index++) {
      const value = items[index];
      if (typeof value !== 'object' || value === null) continue;
      const taken = this.#take(place, value, found, walk);
      if (taken !== value) items[index] = taken;
    }
  }

  /** The owned form of a value at a place. Adds it to `found` when this walk sees it for the first time. */
  #take(place: Place, value: object, found: Owned[], walk: number): object {
    if (place.types && !satisfiesTypes(place.types, value)) return value;
    const owned = isOwned(value) ? value : this.#adopt(place, value);
    if (owned[OWN] !== walk) {
      owned[OWN] = walk;
      found.push(owned);
    }
    return owned;
  }

  #adopt(place: Place, value: object): Owned {
    if (!place.sharesRepeats || !isRepeated(value)) return this.#copy(place, value);
    this.#copies[place.id] ??= new Map();
    const copies = this.#copies[place.id]!;
    let owned = copies.get(value);
    if (!owned) {
      owned = this.#copy(place, value);
      if (owned[WRITER] === 0) owned[WRITER] = SEVERAL_PLACES;
      copies.set(value, owned);
    }
    return owned;
  }

  #copy(place: Place, value: object): Owned {
    // An owned list has the `OWN` mark too. It lacks the string keys of the type, so a cast is needed.
    if (Array.isArray(value)) return ownArray(value) as unknown as Owned;
    const content = place.contentKey?.(value);
    if (content === undefined) return place.copy(value);
    this.#canonical[place.id] ??= new Map();
    const canonical = this.#canonical[place.id]!;
    let owned = canonical.get(content);
    if (!owned) {
      owned = place.copy(value);
      canonical.set(content, owned);
    }
    return owned;
  }
}

function isRepeated(value: { readonly [REPEATED]?: true }): boolean {
  return value[REPEATED] === true;
}

/** An object without `__typename` counts as matching: the planner selects `__typename` wherever types matter. */
function satisfiesTypes(types: readonly string[], value: object): boolean {
  if (Array.isArray(value)) return true;
  const typename = (value as Record<string, unknown>).__typename; // any object
  return typeof typename !== 'string' || types.includes(typename);
}
