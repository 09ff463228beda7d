import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import type { SupergraphModel } from '../supergraph/model.ts';
import { jsonText } from '../values/json-text.ts';
import { isObject } from '../values/own.ts';

/**
 * Reads the arguments that `@fromContext` takes from an object's ancestors, as JSON texts by variable name.
 * @param ancestors the objects that contain the target, the nearest first
 */
export type ContextReader = (ancestors: readonly object[]) => ReadonlyMap<string, string>;

const FRAGMENT = '... on ';

/** Several rewrites may set one variable, for ancestors of different types. The first that applies is used. */
export function compileContextReader(
  rewrites: readonly FetchDataKeyRenamer[],
  satisfies: SupergraphModel['satisfies'],
): ContextReader {
  const sources = rewrites.map(({ path, renameKeyTo }) => ({
    variable: renameKeyTo,
    levels: path.filter((element) => element === '..').length,
    path: path.filter((element) => element !== '..'),
  }));
  return (ancestors) => {
    const values = new Map<string, string>();
    for (const { variable, levels, path } of sources) {
      if (values.has(variable)) continue;
      const value = valueAt(ancestors[levels - 1], path, satisfies);
      if (value !== undefined) values.set(variable, jsonText(value));
    }
    return values;
  };
}

/** Reads a value along a path. A list on the path gives a list of the values in its items. */
function valueAt(from: unknown, path: readonly string[], satisfies: SupergraphModel['satisfies']): unknown {
  let value = from;
  for (const [index, element] of path.entries()) {
    if (value === null) return null;
    if (Array.isArray(value)) return value.map((item) => valueAt(item, path.slice(index), satisfies) ?? null);
    if (!isObject(value)) return undefined;
    if (!element.startsWith(FRAGMENT)) {
      value = Object.hasOwn(value, element) ? value[element] : undefined;
    } else if (typeof value.__typename === 'string' && !satisfies(value.__typename, element.slice(FRAGMENT.length))) {
      return undefined;
    }
  }
  return value;
}
