import { REPEATED } from '../ports.ts';
import { isExactNumber } from './exact-numbers.ts';
import { assignKey, isObject } from './own.ts';

/** Depth limit: deeper objects and lists stay as they are, to bound the recursion. */
const maxDepth = 100;

/**
 * Replaces equal objects and lists in a JSON value by one object, marked `REPEATED` (hash consing, from the leaves up; see docs/performance.md, P8).
 * Changes the value in place.
 */
export function foldRepeats(root: object): void {
  /** The number of each distinct value, by its content. In the content of an object, the inner values are represented by their numbers. */
  const numbers = new Map<string, number>();
  const values: unknown[] = [];
  foldInside(root as Container, 0); // JSON has no other objects

  /** The number of a value. Equal values have equal numbers. */
  function numberOf(value: unknown, depth: number): number {
    const content = isContainer(value) && depth < maxDepth ? foldInside(value, depth) : leafContent(value);
    const known = content === undefined ? undefined : numbers.get(content);
    if (known !== undefined) {
      const first = values[known];
      if (isContainer(first)) mark(first);
      return known;
    }
    if (content !== undefined) numbers.set(content, values.length);
    return values.push(value) - 1;
  }

  /** Replaces each inner value by the first value equal to it. Returns the content. */
  function foldInside(container: Container, depth: number): string {
    if (Array.isArray(container)) {
      let content = '[';
      for (let index = 0; index < container.length; index++) {
        const number = numberOf(container[index], depth + 1);
        container[index] = values[number];
        content += `${number},`;
      }
      return content;
    }
    let content = '{';
    for (const key of Object.keys(container)) {
      const number = numberOf(container[key], depth + 1);
      assignKey(container, key, values[number]);
      content += `${JSON.stringify(key)}:${number},`;
    }
    return content;
  }
}

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return Array.isArray(value) || (isObject(value) && !isExactNumber(value));
}

/** The content of a leaf. Undefined for a container below the depth limit, which counts as unequal to all others. `JSON.stringify` would write -0 as 0. */
function leafContent(value: unknown): string | undefined {
  if (isContainer(value)) return undefined;
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

function mark(value: Container): void {
  Object.defineProperty(value, REPEATED, { value: true });
}
