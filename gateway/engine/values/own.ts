/**
 * Subgraph responses may be shared between requests, so the engine never changes them. An object that it has to extend is
 * copied once and marked with `OWN`; the copy is then changed in place. JSON can't contain a symbol.
 */
export const OWN: unique symbol = Symbol('own');
/** The JSON text of an object that stands at several places of a response, once it was written. */
export const TEXT: unique symbol = Symbol('text');
/** The cost of the text: what its writer added to the cost of the response. */
export const COST: unique symbol = Symbol('cost');
/** The id of the writer that made the text, counted from 1. `SEVERAL_PLACES` before there is a text. */
export const WRITER: unique symbol = Symbol('writer');
/** The object stands at several places, so its text is kept (see docs/performance.md, P8). */
export const SEVERAL_PLACES = -1;

export interface Owned {
  [key: string]: unknown;
  /** The number of the last walk that visited this object. */
  [OWN]: number;
  [TEXT]: string | undefined;
  [COST]: number;
  [WRITER]: number;
}
export type OwnedArray = unknown[] & { [OWN]?: number };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isOwned(value: object): value is Owned {
  return (value as Partial<Owned>)[OWN] !== undefined; // any object may have the mark
}

export function own(source: object): Owned {
  return { ...source, [OWN]: 0, [TEXT]: undefined, [COST]: 0, [WRITER]: 0 };
}

export function ownArray(source: readonly unknown[]): OwnedArray {
  const copy: OwnedArray = source.slice();
  copy[OWN] = 0;
  return copy;
}

/** Assigns a response key; `__proto__` is a legal alias and must become a plain property. */
export function assignKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}
