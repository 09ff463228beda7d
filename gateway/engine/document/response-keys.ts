import type { FieldNode } from 'graphql';

const SEPARATOR = '__aliases__';

/** The key a field has in the client's response. */
export function responseKey({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}

/**
 * The key a field has in the data the plan fetches: the client's, unless that is an alias which equals a name the
 * planner fetches for itself. Then it names the field too, so that fields that merge still have one key.
 */
export function plannedKey(node: FieldNode, plannerNames: ReadonlySet<string>): string {
  const key = responseKey(node);
  const clashes = node.alias !== undefined && key !== node.name.value && plannerNames.has(key);
  return clashes ? `${key}${SEPARATOR}${node.name.value}` : key;
}

/** A planner's path element without the types that it narrows to: `@|[Admin,User]` becomes `@`. */
export function withoutTypes(element: string | number): string {
  return String(element).replace(/\|\[.*$/, '');
}
