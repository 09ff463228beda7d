import type { ErrorPath } from '../errors.ts';
import { isObject } from '../values/own.ts';

export interface LocatedObject {
  readonly path: ErrorPath;
  readonly object: Record<string, unknown>;
}

/** A bound: one path may lead to very many objects. Objects beyond it get no additions. */
const maxObjects = 10_000;

/** The objects at a path of response keys. A list on the path leads to all of its items. */
export function objectsAt(
  root: unknown,
  path: readonly string[],
  satisfies: (typename: string, condition: string) => boolean,
): LocatedObject[] {
  const found: LocatedObject[] = [];
  descend(root, 0, []);
  return found;

  function descend(value: unknown, depth: number, at: ErrorPath): void {
    if (found.length >= maxObjects) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) descend(item, depth, [...at, index]);
      return;
    }
    if (!isObject(value)) return;
    const step = path[depth];
    if (step === undefined) {
      found.push({ path: at, object: value });
    } else if (step.startsWith('... on ')) {
      const { __typename: typename } = value;
      if (typeof typename !== 'string' || satisfies(typename, step.slice('... on '.length)))
        descend(value, depth + 1, at);
    } else {
      descend(value[step], depth + 1, [...at, step]);
    }
  }
}
