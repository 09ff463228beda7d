import type { FieldNode } from 'graphql';

const SEPARATOR = '__aliases__';

/** The key of a field in the client's response. */
export function responseKey({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}

/**
 * The key of a field in the fetched data. It is the client's key, unless that is an alias equal to a name that the planner
 * fetches for itself. Then the key also contains the field's name, so that equal selections still share one key.
 */
export function plannedKey(node: FieldNode, plannerNames: ReadonlySet<string>): string {
  const key = responseKey(node);
  const clashes = node.alias !== undefined && key !== node.name.value && plannerNames.has(key);
  return clashes ? `${key}${SEPARATOR}${node.name.value}` : key;
}

/** An element of a planner's path without its type conditions: `@|[Admin,User]` becomes `@`. */
export function withoutTypes(element: string | number): string {
  return String(element).replace(/\|\[.*$/, '');
}
