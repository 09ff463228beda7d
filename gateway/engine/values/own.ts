/**
 * Subgraph answers may be shared between requests, so the engine never writes to them. An object it has to extend is
 * copied once, marked with `OWN`, and from then on changed in place. A symbol can't come out of JSON.
 */
export const OWN: unique symbol = Symbol('own');
/** The text that an object which stands in several places was already written as, in the response it belongs to. */
export const TEXT: unique symbol = Symbol('text');
/** Which writer made that text; `SEVERAL_PLACES` before there is one. */
export const WRITER: unique symbol = Symbol('writer');
/** The object stands in several places, so its text is worth keeping (see docs/performance.md, P8). Writers count from 1. */
export const SEVERAL_PLACES = -1;

export interface Owned {
  [key: string]: unknown;
  /** The last walk that saw this object. */
  [OWN]: number;
  [TEXT]: string | undefined;
  [WRITER]: number;
}
export type OwnedArray = unknown[] & { [OWN]?: number };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isOwned(value: object): value is Owned {
  return (value as Partial<Owned>)[OWN] !== undefined;
}

export function own(source: object): Owned {
  return { ...source, [OWN]: 0, [TEXT]: undefined, [WRITER]: 0 };
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
