import { REPEATED } from '../ports.ts';
import { isExactNumber } from './exact-numbers.ts';
import { assignKey, isObject } from './own.ts';

/** Objects and lists below this many others stay as they are, which bounds the recursion. */
const maxDepth = 100;

/**
 * Makes equal objects and lists in a JSON value one, marked `REPEATED`, from the leaves up (hash consing; see docs/performance.md, P8). The value is
 * changed in place.
 */
export function foldRepeats(root: object): void {
  /** By content, where what is inside stands for itself by number. */
  const numbers = new Map<string, number>();
  const values: unknown[] = [];
  foldInside(root as Container, 0); // JSON has no other objects

  /** The number of a value: equal values have equal numbers. */
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

  /** Puts the first of its equals in the place of each value inside; returns the content. */
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

/** Undefined for what lies too deep: equal to nothing. JSON has no -0 apart from 0, but its parser makes one. */
function leafContent(value: unknown): string | undefined {
  if (isContainer(value)) return undefined;
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

function mark(value: Container): void {
  Object.defineProperty(value, REPEATED, { value: true });
}
