import type { FetchDataRewrite } from '@apollo/query-planner';
import type { ErrorPath } from '../errors.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { assignKey, isObject } from '../values/own.ts';

const FRAGMENT = '... on ';

/** Removes the aliases that the planner gave to conflicting fields. Returns a copy, since the data may be shared. */
export function rewriteOutput(
  value: unknown,
  rewrites: readonly FetchDataRewrite[],
  satisfies: SupergraphModel['satisfies'],
): unknown {
  return rewrites.reduce((current, rewrite) => rewriteAt(current, rewrite.path, rewrite, satisfies), value);
}

/** The path of a subgraph error without the planner's aliases. These aliases are unique, so they are replaced wherever they occur. */
export function rewritePath(path: ErrorPath, rewrites: readonly FetchDataRewrite[]): ErrorPath {
  if (rewrites.length === 0) return path;
  const renamed = new Map(
    rewrites.flatMap((rewrite) =>
      rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1), rewrite.renameKeyTo] as const] : [],
    ),
  );
  return path.map((key) => (typeof key === 'string' ? (renamed.get(key) ?? key) : key));
}

function rewriteAt(
  value: unknown,
  path: readonly string[],
  rewrite: FetchDataRewrite,
  satisfies: SupergraphModel['satisfies'],
): unknown {
  if (Array.isArray(value)) return value.map((item) => rewriteAt(item, path, rewrite, satisfies));
  if (!isObject(value)) return value;
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (first.startsWith(FRAGMENT)) {
    const typename = value.__typename;
    const applies = typeof typename !== 'string' || satisfies(typename, first.slice(FRAGMENT.length));
    return applies ? rewriteAt(value, rest, rewrite, satisfies) : value;
  }
  if (rest.length > 0) {
    if (!Object.hasOwn(value, first)) return value;
    return withKey(value, first, rewriteAt(value[first], rest, rewrite, satisfies));
  }
  if (rewrite.kind === 'ValueSetter') return withKey(value, first, rewrite.setValueTo);
  if (!Object.hasOwn(value, first)) return value;
  const { [first]: moved, ...others } = value;
  return withKey(others, rewrite.renameKeyTo, moved);
}

function withKey(object: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  const copy = { ...object };
  assignKey(copy, key, value);
  return copy;
}
