import { LRUCache } from 'lru-cache';

type Factory = (...values: readonly unknown[]) => unknown;

/** Compiled functions by their text, shared by all operations: see docs/performance.md, P6. */
const factories = new LRUCache<string, Factory>({
  maxSize: 4_000_000,
  sizeCalculation: (_factory, text) => text.length,
});

/**
 * Builds one function from generated text. Values the text needs are bound to names; text from outside (field names,
 * type names) enters only through `JSON.stringify`, so that nothing a client writes can become code.
 */
export class Code {
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];

  /** Makes a value available to the generated text and returns the name it has there. */
  bind(value: unknown): string {
    const known = this.#values.indexOf(value);
    if (known >= 0) return this.#names[known]!;
    const name = `$${this.#names.length}`;
    this.#names.push(name);
    this.#values.push(value);
    return name;
  }

  /** Compiles `(…parameters) => { body }`. */
  compile<F>(parameters: readonly string[], body: string): F {
    const text = `"use strict"; return (${parameters.join(', ')}) => {\n${body}\n};`;
    const key = `${this.#names.length} ${text}`;
    let factory = factories.get(key);
    if (!factory) {
      factory = new Function(...this.#names, text) as Factory;
      factories.set(key, factory);
    }
    return factory(...this.#values) as F;
  }
}

const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Reads a response key; one that every object inherits (`constructor`, `__proto__`) only if it is the object's own. */
export function readKey(object: string, key: string): string {
  const access = `${object}[${JSON.stringify(key)}]`;
  return inherited.has(key) ? `(Object.hasOwn(${object}, ${JSON.stringify(key)}) ? ${access} : undefined)` : access;
}

/** Assigns a response key; `__proto__` is a legal alias and must become a plain property. */
export function writeKey(object: string, key: string, value: string): string {
  const name = JSON.stringify(key);
  if (key !== '__proto__') return `${object}[${name}] = ${value}`;
  return `Object.defineProperty(${object}, ${name}, { value: ${value}, writable: true, enumerable: true, configurable: true })`;
}

/** A JavaScript string literal. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
