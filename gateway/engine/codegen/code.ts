import { LRUCache } from 'lru-cache';

type Factory = (...values: readonly unknown[]) => unknown;

/** Compiled functions by their text, shared by all operations: see docs/performance.md, P6. */
const factories = new LRUCache<string, Factory>({
  maxSize: 4_000_000,
  sizeCalculation: (_factory, text) => text.length,
});

/**
 * Builds one function from generated text. Values that the text needs are bound to names. Names of fields and types enter
 * the text only through `JSON.stringify`, so that nothing a client sends can become code.
 */
export class Code {
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];

  /** Makes a value available to the generated text. Returns its name there. */
  bind(value: unknown): string {
    const known = this.#values.indexOf(value);
    if (known >= 0) return this.#names[known]!;
    const name = `$${this.#names.length}`;
    this.#names.push(name);
    this.#values.push(value);
    return name;
  }

  /** Compiles `(…parameters) => { body }`. The caller, who writes the text, says its type. */
  compile<F>(parameters: readonly string[], body: string): F {
    const text = `"use strict"; return (${parameters.join(', ')}) => {\n${body}\n};`;
    const key = `${this.#names.length} ${text}`;
    let factory = factories.get(key);
    if (!factory) {
      factory = new Function(...this.#names, text) as Factory; // the type of `Function` names no signature
      factories.set(key, factory);
    }
    return factory(...this.#values) as F;
  }
}

const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Code that reads a response key. A key that every object inherits (`constructor`, `__proto__`) is read only if it is an own property. */
export function readKey(object: string, key: string): string {
  const access = `${object}[${JSON.stringify(key)}]`;
  return inherited.has(key) ? `(Object.hasOwn(${object}, ${JSON.stringify(key)}) ? ${access} : undefined)` : access;
}

/** Code that assigns a response key. `__proto__` is a legal alias and must become a plain property. */
export function writeKey(object: string, key: string, value: string): string {
  const name = JSON.stringify(key);
  if (key !== '__proto__') return `${object}[${name}] = ${value}`;
  return `Object.defineProperty(${object}, ${name}, { value: ${value}, writable: true, enumerable: true, configurable: true })`;
}

/** A JavaScript string literal. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
