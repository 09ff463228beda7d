import type { PathNode } from '../compile/path-tree.ts';
import type { ErrorPath } from '../errors.ts';
import { isObject } from '../values/own.ts';

/** The response paths of each object of a place. An object that was fetched once may have many. */
export type Positions = ReadonlyMap<object, readonly ErrorPath[]>;

/**
 * Finds the response paths of a place's objects. Only errors need them.
 * @param limit stop after this many paths: a small response may have very many
 */
export function findPositions(root: object, node: PathNode, limit: number): Positions {
  const steps: PathNode[] = [];
  for (let at: PathNode | undefined = node; at?.step; at = at.parent) steps.unshift(at);
  const positions = new Map<object, ErrorPath[]>();
  const path: (string | number)[] = [];
  let found = 0;
  descend(root, 0);
  return positions;

  function descend(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || found >= limit) return;
    const step = steps[depth]?.step;
    if (!step) {
      found++;
      const known = positions.get(value);
      if (known) known.push([...path]);
      else positions.set(value, [[...path]]);
      return;
    }
    if (step.kind === 'field') {
      const { name } = step;
      if (isObject(value) && Object.hasOwn(value, name)) enter(name, value[name], depth, step.types);
    } else if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) enter(index, value[index], depth, step.types);
    }
  }

  function enter(key: string | number, value: unknown, depth: number, types: readonly string[] | undefined): void {
    if (types && isObject(value) && typeof value.__typename === 'string' && !types.includes(value.__typename)) return;
    path.push(key);
    descend(value, depth + 1);
    path.pop();
  }
}
