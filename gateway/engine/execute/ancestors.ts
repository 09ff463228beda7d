import type { PathNode } from '../compile/path-tree.ts';
import { isObject } from '../values/own.ts';

/** For each object at a place, the objects that contain it, the nearest first. Lists are skipped. */
export function findAncestors(root: object, node: PathNode): Map<object, readonly object[]> {
  const steps: PathNode[] = [];
  for (let at: PathNode | undefined = node; at?.step; at = at.parent) steps.unshift(at);
  const found = new Map<object, readonly object[]>();
  descend(root, 0, []);
  return found;

  function descend(value: unknown, depth: number, ancestors: readonly object[]): void {
    if (typeof value !== 'object' || value === null) return;
    const step = steps[depth]?.step;
    if (!step) {
      if (!found.has(value)) found.set(value, ancestors);
    } else if (step.kind === 'item') {
      if (Array.isArray(value)) for (const item of value) descend(item, depth + 1, ancestors);
    } else if (isObject(value) && Object.hasOwn(value, step.name)) {
      descend(value[step.name], depth + 1, [value, ...ancestors]);
    }
  }
}
