import { Code, readKey, writeKey } from '../codegen/code.ts';
import { isBetterType, valueMerger } from '../values/merge-values.ts';
import type { Owned } from '../values/own.ts';

/** Merges a subgraph's result for an object into the object. `source` is never changed. */
export type MergeFunction = (target: Owned, source: Readonly<Record<string, unknown>>) => void;

/**
 * Compiles a merge of the selected keys only, so that a subgraph can't overwrite fields of another one.
 * @param interfaces the interfaces that some subgraph knows as an object
 */
export function compileMerge(keys: readonly string[], interfaces: ReadonlySet<string>): MergeFunction {
  const code = new Code();
  const merge = code.bind(valueMerger(interfaces));
  const lines = ['let value, current;'];
  for (const key of keys) {
    lines.push(`value = ${readKey('source', key)};`, 'if (value !== undefined) {');
    lines.push(`  current = ${readKey('target', key)};`);
    lines.push(`  if (typeof current === "object" && current !== null) value = ${merge}(current, value);`);
    if (key === '__typename' && interfaces.size > 0) {
      lines.push(`  if (${code.bind(isBetterType)}(current, value, ${code.bind(interfaces)}))`);
    }
    lines.push(`  ${writeKey('target', key, 'value')};`, '}');
  }
  return code.compile<MergeFunction>(['target', 'source'], lines.join('\n'));
}
